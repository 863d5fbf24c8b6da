package io.rackstead.image.build;

import com.github.luben.zstd.ZstdInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/// A kernel module and what it says of itself in its section `.modinfo`: `key=value` strings with
/// zero bytes between them.
///
/// @param bytes uncompressed, however the package carries it
/// @param depends modules that it cannot do without
/// @param soft modules or aliases that it asks for before or after itself
/// @param firmware files it may ask for, below lib/firmware
record KernelModule(
    String name, byte[] bytes, List<String> depends, List<String> soft, List<String> firmware) {

  static KernelModule read(Path file) throws IOException {
    var fileName = String.valueOf(file.getFileName());
    var bytes = unpacked(fileName, Files.readAllBytes(file));
    var info =
        ElfFile.read(file.toString(), bytes)
            .section(".modinfo")
            .orElseThrow(() -> new BuildException(file + " has no section .modinfo"));
    return new KernelModule(
        nameOf(fileName),
        bytes,
        values(info, "depends=")
            .flatMap(v -> Arrays.stream(v.split(",")))
            .filter(v -> !v.isEmpty())
            .map(KernelModule::plain)
            .toList(),
        values(info, "softdep=")
            .flatMap(v -> Arrays.stream(v.split("\\s+")))
            .filter(v -> !v.isEmpty() && !v.endsWith(":"))
            .map(KernelModule::plain)
            .toList(),
        values(info, "firmware=").toList());
  }

  /// `virtio-net` and `virtio_net` are the same module.
  static String plain(String name) {
    return name.replace('-', '_');
  }

  /// The name of the module in a file such as `kvm-intel.ko.xz`.
  static String nameOf(String fileName) {
    int dot = fileName.indexOf(".ko");
    return plain(dot < 0 ? fileName : fileName.substring(0, dot));
  }

  private static java.util.stream.Stream<String> values(byte[] info, String key) {
    return Arrays.stream(new String(info, StandardCharsets.UTF_8).split("\0"))
        .filter(entry -> entry.startsWith(key))
        .map(entry -> entry.substring(key.length()));
  }

  private static byte[] unpacked(String fileName, byte[] bytes) throws IOException {
    if (fileName.endsWith(".xz")) {
      try (var in = new XZCompressorInputStream(new ByteArrayInputStream(bytes))) {
        return in.readAllBytes();
      }
    }
    if (fileName.endsWith(".zst")) {
      try (var in = new ZstdInputStream(new ByteArrayInputStream(bytes))) {
        return in.readAllBytes();
      }
    }
    return bytes;
  }
}
