package io.rackstead.image.build;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.apache.commons.compress.archivers.cpio.CpioArchiveEntry;
import org.apache.commons.compress.archivers.cpio.CpioArchiveOutputStream;
import org.apache.commons.compress.archivers.cpio.CpioConstants;

/// The files of a system that runs from memory, on their way into an initramfs (the kernel's
/// Documentation/driver-api/early-userspace/buffer-format.rst). All belong to root and carry one
/// fixed time, in the order of their names: the same files give the same bytes.
///
/// There is one folder of programs, `bin`, and one of libraries, `lib`; `sbin`, `usr/bin` and the
/// others are links to them, so that it does not matter in which of them a Debian release keeps
/// what.
final class RamSystem {
  // 2020-01-01, before any clock that a server may wake up with
  private static final long TIME = 1577836800L;
  private static final Map<String, String> FOLDED =
      Map.of(
          "sbin", "bin",
          "usr/bin", "../bin",
          "usr/sbin", "../bin",
          "usr/lib", "../lib",
          "usr/lib64", "../lib",
          "lib64", "lib");

  private final TreeMap<String, Entry> entries = new TreeMap<>();

  private sealed interface Entry {
    record Folder(int mode) implements Entry {}

    record FromPath(Path file, int mode) implements Entry {}

    record Bytes(byte[] bytes, int mode) implements Entry {}

    record Link(String target) implements Entry {}

    record Device(int major, int minor, int mode) implements Entry {}
  }

  RamSystem() {
    for (var folder : new String[] {"dev", "proc", "sys", "run", "mnt", "root", "etc", "var/lib"}) {
      put(folder, new Entry.Folder(0755));
    }
    put("tmp", new Entry.Folder(01777));
    put("root", new Entry.Folder(0700));
    FOLDED.forEach(this::link);
    put("bin", new Entry.Folder(0755));
    put("lib", new Entry.Folder(0755));
    // the kernel opens it for init before anything is mounted
    put("dev/console", new Entry.Device(5, 1, 0600));
    put("dev/null", new Entry.Device(1, 3, 0666));
  }

  void file(String name, Path source, int mode) {
    put(name, new Entry.FromPath(source, mode));
  }

  void file(String name, byte[] bytes, int mode) {
    put(name, new Entry.Bytes(bytes, mode));
  }

  void link(String name, String target) {
    put(name, new Entry.Link(target));
  }

  boolean has(String name) {
    return entries.containsKey(folded(name));
  }

  private void put(String name, Entry entry) {
    var path = folded(name);
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      entries.putIfAbsent(path.substring(0, slash), new Entry.Folder(0755));
    }
    entries.put(path, entry);
  }

  /// The name below the folder that holds it, not below a link to that.
  static String folded(String name) {
    var path = name.startsWith("/") ? name.substring(1) : name;
    for (var fold : FOLDED.entrySet()) {
      if (path.startsWith(fold.getKey() + "/")) {
        return fold.getValue().replace("../", "") + path.substring(fold.getKey().length());
      }
    }
    return path;
  }

  /// Writes the archive in the format `newc`.
  void writeTo(OutputStream out) throws IOException {
    var cpio = new CpioArchiveOutputStream(out, CpioConstants.FORMAT_NEW);
    long inode = 1;
    for (var named : entries.entrySet()) {
      var entry = new CpioArchiveEntry(CpioConstants.FORMAT_NEW, named.getKey());
      entry.setInode(inode++);
      entry.setTime(TIME);
      write(cpio, entry, named.getValue());
    }
    cpio.finish();
    cpio.flush();
  }

  private static void write(CpioArchiveOutputStream cpio, CpioArchiveEntry entry, Entry content)
      throws IOException {
    switch (content) {
      case Entry.Folder(int mode) -> {
        entry.setMode(CpioConstants.C_ISDIR | mode);
        entry.setNumberOfLinks(2);
        put(cpio, entry, new byte[0]);
      }
      case Entry.FromPath(Path file, int mode) -> {
        entry.setMode(CpioConstants.C_ISREG | mode);
        put(cpio, entry, Files.readAllBytes(file));
      }
      case Entry.Bytes(byte[] bytes, int mode) -> {
        entry.setMode(CpioConstants.C_ISREG | mode);
        put(cpio, entry, bytes);
      }
      case Entry.Link(String target) -> {
        entry.setMode(CpioConstants.C_ISLNK | 0777);
        put(cpio, entry, target.getBytes(java.nio.charset.StandardCharsets.UTF_8));
      }
      case Entry.Device(int major, int minor, int mode) -> {
        entry.setMode(CpioConstants.C_ISCHR | mode);
        entry.setRemoteDeviceMaj(major);
        entry.setRemoteDeviceMin(minor);
        put(cpio, entry, new byte[0]);
      }
    }
  }

  private static void put(CpioArchiveOutputStream cpio, CpioArchiveEntry entry, byte[] bytes)
      throws IOException {
    entry.setSize(bytes.length);
    cpio.putArchiveEntry(entry);
    cpio.write(bytes);
    cpio.closeArchiveEntry();
  }
}
