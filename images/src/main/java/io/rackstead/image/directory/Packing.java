package io.rackstead.image.directory;

import com.github.luben.zstd.ZstdInputStream;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.bzip2.BZip2CompressorInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// How a raw disk image may come packed: plain, compressed, or the one file of an archive.
///
/// @param compressed `gz`, `xz`, `bz2`, `zst` or nothing
public record Packing(String compressed, boolean archive) {
  private static final int BUFFER = 1 << 18;
  // a dictionary larger than this is no disk image's, but an attack on memory
  private static final int XZ_KIB = 256 << 10;

  /// By MAAS's names: `ddraw`, `ddgz`, `ddxz`, `ddbz2`, `ddtar`, `ddtgz`, `ddtxz`, `ddtbz`, and
  /// `ddzst` beside them. Empty for what is not a disk image.
  public static Optional<Packing> named(String filetype) {
    return switch (filetype) {
      case "ddraw" -> Optional.of(new Packing("", false));
      case "ddgz" -> Optional.of(new Packing("gz", false));
      case "ddxz" -> Optional.of(new Packing("xz", false));
      case "ddbz2" -> Optional.of(new Packing("bz2", false));
      case "ddzst" -> Optional.of(new Packing("zst", false));
      case "ddtar" -> Optional.of(new Packing("", true));
      case "ddtgz" -> Optional.of(new Packing("gz", true));
      case "ddtxz" -> Optional.of(new Packing("xz", true));
      case "ddtbz" -> Optional.of(new Packing("bz2", true));
      default -> Optional.empty();
    };
  }

  /// The raw disk.
  ///
  /// @throws IOException where it is not packed so, or the archive holds no file or more than one
  public InputStream open(InputStream packed) throws IOException {
    var in = new BufferedInputStream(packed, BUFFER);
    var plain =
        switch (compressed) {
          case "gz" -> new GZIPInputStream(in, BUFFER);
          case "xz" -> new XZCompressorInputStream(in, true, XZ_KIB);
          case "bz2" -> new BZip2CompressorInputStream(in, true);
          case "zst" -> new ZstdInputStream(in);
          default -> in;
        };
    return archive ? only(new TarArchiveInputStream(plain)) : plain;
  }

  private static InputStream only(TarArchiveInputStream tar) throws IOException {
    for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
      if (entry.isFile()) {
        return tar;
      }
    }
    throw new IOException("the archive holds no file");
  }
}
