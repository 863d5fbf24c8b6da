package io.rackstead.image.directory;

import com.github.luben.zstd.ZstdInputStream;
import com.github.luben.zstd.ZstdOutputStream;
import io.rackstead.image.Architecture;
import io.rackstead.image.Artifact;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.ImageStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// Images in a folder:
///
///     sha256/HEX              the bytes, each file named by its digest
///     index/OS@SERIES@ARCH.json   one image
///     index/ephemeral@ARCH.json   one ephemeral system
///     incoming/               what is being written
///
/// Several processes may use the folder at once: readers see complete images only and notice new
/// ones at the next question; WRITERS take turns for the moment in which the index changes.
public final class DirectoryImageStore implements ImageStore {
  // level 4 compresses a Debian disk about as well as 6 in half the time
  private static final int LEVEL = 4;

  // One for all stores of this process: two of its threads cannot wait for one lock on a file.
  private static final ReentrantLock WRITERS = new ReentrantLock();

  private final Path folder;
  private final InstantSource clock;
  private final Blobs blobs;
  private final Index index;

  public DirectoryImageStore(Path folder, InstantSource clock) throws IOException {
    this.folder = Files.createDirectories(folder).toRealPath();
    this.clock = clock;
    this.blobs = new Blobs(this.folder);
    this.index = new Index(Files.createDirectories(this.folder.resolve("index")), blobs, clock);
  }

  @Override
  public List<Image> images() {
    return read().images();
  }

  @Override
  public Optional<Image> image(ImageId id, Architecture arch) {
    return images().stream()
        .filter(image -> image.id().equals(id) && image.arch() == arch)
        .findFirst();
  }

  @Override
  public Optional<EphemeralSystem> ephemeral(Architecture arch) {
    return read().ephemeral().stream().filter(system -> system.arch() == arch).findFirst();
  }

  @Override
  public Path path(Image image) {
    return blobs.path(image.compressed());
  }

  @Override
  public Image add(
      ImageId id, Architecture arch, InputStream raw, Image.Root root, Image.ReportsBy reportsBy)
      throws IOException {
    var head = raw.readNBytes(DiskFormat.HEAD);
    switch (DiskFormat.sniff(head)) {
      case DiskFormat.RawDisk _ -> {}
      case DiskFormat.Foreign(String what, String remedy) ->
          throw new IOException(
              id + " is to be a raw disk image, but the file is " + what + ": " + remedy);
    }
    var all = new SequenceInputStream(new ByteArrayInputStream(head), raw);
    try (var part = inTurn(blobs::begin)) {
      var sizes = part.fill(id.toString(), out -> compress(all, out));
      var image =
          new Image(id, arch, sizes.raw(), sizes.compressed(), root, reportsBy, clock.instant());
      return inTurn(() -> {
        part.keepAs(image.compressed());
        index.put(image);
        dropUnused();
        return image;
      });
    }
  }

  /// Makes a kernel and its RAM system the ephemeral system of an architecture.
  public EphemeralSystem addEphemeral(Architecture arch, String version, Path kernel, Path initrd)
      throws IOException {
    var what = "the ephemeral system " + version;
    try (var kernelPart = inTurn(blobs::begin);
        var initrdPart = inTurn(blobs::begin)) {
      var k = kernelPart.fill(what, out -> copy(kernel, out));
      var i = initrdPart.fill(what, out -> copy(initrd, out));
      var system =
          new EphemeralSystem(arch, version, blobs.path(k), k, blobs.path(i), i, Optional.empty());
      return inTurn(() -> {
        kernelPart.keepAs(k);
        initrdPart.keepAs(i);
        index.put(system);
        dropUnused();
        return system;
      });
    }
  }

  /// Puts the disc of an ephemeral system beside it.
  public EphemeralSystem addDisc(EphemeralSystem system, Path iso) throws IOException {
    try (var part = inTurn(blobs::begin)) {
      var made = part.fill("the disc of " + system.version(), out -> copy(iso, out));
      var with = system.with(new EphemeralSystem.Disc(blobs.path(made), made));
      return inTurn(() -> {
        part.keepAs(made);
        index.put(with);
        dropUnused();
        return with;
      });
    }
  }

  @Override
  public void remove(ImageId id, Architecture arch) throws IOException {
    var _ =
        inTurn(() -> {
          index.remove(id, arch);
          dropUnused();
          return id;
        });
  }

  /// Reads all bytes of an image again.
  ///
  /// @return what is wrong with it; empty when nothing is
  public Optional<String> verify(Image image) throws IOException {
    var file = path(image);
    if (!Files.exists(file)) {
      return Optional.of("its file " + file + " is gone");
    }
    var compressed = new Digesting(OutputStream.nullOutputStream());
    var raw = new Digesting(OutputStream.nullOutputStream());
    try (var in = Files.newInputStream(file)) {
      in.transferTo(compressed);
    }
    var found = compressed.artifact();
    if (!found.equals(image.compressed())) {
      return Optional.of(difference("compressed", image.compressed(), found));
    }
    try (var in = new ZstdInputStream(Files.newInputStream(file))) {
      in.transferTo(raw);
    }
    var unpacked = raw.artifact();
    return unpacked.equals(image.raw())
        ? Optional.empty()
        : Optional.of(difference("raw", image.raw(), unpacked));
  }

  private static String difference(String what, Artifact wanted, Artifact found) {
    return "its %s bytes are not those that were stored: %d bytes with SHA-256 %s, found %d with %s"
        .formatted(what, wanted.sizeBytes(), wanted.sha256(), found.sizeBytes(), found.sha256());
  }

  private record Sizes(Artifact raw, Artifact compressed) {}

  private static Artifact copy(Path file, OutputStream out) throws IOException {
    var digesting = new Digesting(out);
    Files.copy(file, digesting);
    return digesting.artifact();
  }

  private static Sizes compress(InputStream in, OutputStream out) throws IOException {
    var compressed = new Digesting(out);
    var zstd = new ZstdOutputStream(compressed, LEVEL);
    zstd.setWorkers(Math.min(8, Runtime.getRuntime().availableProcessors()));
    zstd.setChecksum(true);
    var raw = new Digesting(zstd);
    var buffer = new byte[1 << 20];
    for (int n; (n = in.read(buffer)) >= 0; ) {
      raw.write(buffer, 0, n);
    }
    raw.close();
    return new Sizes(raw.artifact(), compressed.artifact());
  }

  private Index.Content read() {
    try {
      return index.read();
    } catch (IOException e) {
      throw new UncheckedIOException("the image index in " + folder + " cannot be read", e);
    }
  }

  private void dropUnused() throws IOException {
    var content = index.read();
    var used = new HashSet<String>();
    content.images().forEach(image -> used.add(image.compressed().sha256()));
    for (var system : content.ephemeral()) {
      used.add(system.kernelArtifact().sha256());
      used.add(system.initrdArtifact().sha256());
      system.disc().ifPresent(disc -> used.add(disc.artifact().sha256()));
    }
    // absence of knowledge is no reason to delete: an index file nobody could read may name a blob
    if (content.unreadable().isEmpty()) {
      blobs.keepOnly(used);
    }
  }

  private interface Making<T> {
    T make() throws IOException;
  }

  private <T> T inTurn(Making<T> change) throws IOException {
    WRITERS.lock();
    try (var channel =
            FileChannel.open(
                folder.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        var _ = channel.lock()) {
      return change.make();
    } finally {
      WRITERS.unlock();
    }
  }
}
