package io.rackstead.image.directory;

import io.rackstead.image.Architecture;
import io.rackstead.image.EphemeralSystem;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The folder of index files, read again when it has changed.
final class Index {
  private static final Logger LOG = LoggerFactory.getLogger(Index.class);
  private static final String EPHEMERAL = "ephemeral@";

  // A filesystem's time stamps are coarse: a change right after a reading may leave the same time
  // on the folder, so a reading is trusted only when the folder was at rest before it.
  private static final Duration REST = Duration.ofMillis(100);

  private final Path folder;
  private final Blobs blobs;
  private final InstantSource clock;
  private volatile Content last =
      new Content(FileTime.fromMillis(0), false, List.of(), List.of(), List.of());

  Index(Path folder, Blobs blobs, InstantSource clock) {
    this.folder = folder;
    this.blobs = blobs;
    this.clock = clock;
  }

  /// @param settled nothing happened in the folder shortly before it was read
  /// @param unreadable index files that could not be understood
  record Content(
      FileTime changed,
      boolean settled,
      List<Image> images,
      List<EphemeralSystem> ephemeral,
      List<Path> unreadable) {}

  Content read() throws IOException {
    var known = last;
    var changed = Files.getLastModifiedTime(folder);
    if (known.settled() && changed.equals(known.changed())) {
      return known;
    }
    var fresh = readAll(changed, clock.instant());
    last = fresh;
    return fresh;
  }

  private Content readAll(FileTime changed, Instant now) throws IOException {
    var images = new ArrayList<Image>();
    var ephemeral = new ArrayList<EphemeralSystem>();
    var unreadable = new ArrayList<Path>();
    try (var files = Files.newDirectoryStream(folder, "[!.]*.json")) {
      for (var file : files) {
        try {
          if (file.getFileName().toString().startsWith(EPHEMERAL)) {
            ephemeral.add(IndexFile.readEphemeral(file, blobs));
          } else {
            images.add(IndexFile.readImage(file));
          }
        } catch (NoSuchFileException _) {
          continue; // removed by another process just now
        } catch (IOException e) {
          unreadable.add(file);
          LOG.warn("image left out file={} why={}", file, e.getMessage());
        }
      }
    }
    images.sort(Comparator.comparing(Image::id).thenComparing(Image::arch));
    boolean settled = changed.toInstant().plus(REST).isBefore(now);
    return new Content(
        changed, settled, List.copyOf(images), List.copyOf(ephemeral), List.copyOf(unreadable));
  }

  void put(Image image) throws IOException {
    AtomicFile.write(file(image.id(), image.arch()), IndexFile.write(image));
    forget();
  }

  void put(EphemeralSystem system) throws IOException {
    var file = folder.resolve(EPHEMERAL + system.arch().debianName() + ".json");
    AtomicFile.write(file, IndexFile.write(system));
    forget();
  }

  void remove(ImageId id, Architecture arch) throws IOException {
    if (!Files.deleteIfExists(file(id, arch))) {
      throw new NoSuchFileException("there is no image " + id + " for " + arch.debianName());
    }
    AtomicFile.syncFolder(folder);
    forget();
  }

  private void forget() {
    last = new Content(FileTime.fromMillis(0), false, List.of(), List.of(), List.of());
  }

  // an image's name has no @ (ImageId)
  private Path file(ImageId id, Architecture arch) {
    return folder.resolve(id.osystem() + "@" + id.series() + "@" + arch.debianName() + ".json");
  }
}
