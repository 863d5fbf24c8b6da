package io.rackstead.pxe.ipxe;

import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.ClientArch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// The iPXE binaries that are at hand, and which firmware gets which. Each is checksummed once, at
/// start.
public final class Loaders {
  /// Per firmware, the best first. `snponly.efi` uses the firmware's own network driver and so runs
  /// on every card; `ipxe.efi` brings drivers of its own.
  private static final Map<ClientArch, List<String>> FOR_FIRMWARE =
      Map.of(
          ClientArch.BIOS_X86, List.of("undionly.kpxe"),
          ClientArch.UEFI_X64, List.of("snponly.efi", "ipxe.efi"),
          ClientArch.UEFI_BC, List.of("snponly.efi", "ipxe.efi"),
          ClientArch.UEFI_X64_HTTP, List.of("snponly.efi", "ipxe.efi"),
          ClientArch.UEFI_ARM64, List.of("snponly-arm64.efi", "ipxe-arm64.efi"),
          ClientArch.UEFI_ARM64_HTTP, List.of("snponly-arm64.efi", "ipxe-arm64.efi"));

  /// What Secure Boot lets pass, by Debian's packages shim-signed and grub-efi-amd64-signed. The
  /// names are those that shim itself asks for.
  private static final Map<String, Path> SIGNED =
      Map.of(
          "shimx64.efi",
          Path.of("/usr/lib/shim/shimx64.efi.signed"),
          "grubx64.efi",
          Path.of("/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed"),
          "mmx64.efi",
          Path.of("/usr/lib/shim/mmx64.efi.signed"));

  private final Path directory;
  private final Map<String, BootFile> files;

  private Loaders(Path directory, Map<String, BootFile> files) {
    this.directory = directory;
    this.files = Map.copyOf(files);
  }

  /// Looks into the directory; what is missing there is simply not offered.
  public static Loaders in(Path directory) throws IOException {
    var found = new TreeMap<String, BootFile>();
    var names = FOR_FIRMWARE.values().stream().flatMap(List::stream).distinct().toList();
    for (var name : names) {
      add(found, name, directory.resolve(name));
    }
    for (var signed : SIGNED.entrySet()) {
      var own = directory.resolve(signed.getKey());
      add(found, signed.getKey(), Files.isReadable(own) ? own : signed.getValue());
    }
    return new Loaders(directory, found);
  }

  private static void add(Map<String, BootFile> found, String name, Path path) throws IOException {
    if (Files.isReadable(path)) {
      found.put(name, new BootFile.OnDisk(path.toRealPath(), Files.size(path), sha256(path)));
    }
  }

  public static Loaders none(Path directory) {
    return new Loaders(directory, Map.of());
  }

  public Optional<String> nameFor(ClientArch arch) {
    return FOR_FIRMWARE.getOrDefault(arch, List.of()).stream()
        .filter(files::containsKey)
        .findFirst();
  }

  /// The first of the signed chain: shim, where the one that it starts is there, too.
  public Optional<String> signedFor(ClientArch arch) {
    return switch (arch) {
      case UEFI_X64, UEFI_BC, UEFI_X64_HTTP ->
          Optional.of("shimx64.efi")
              .filter(files::containsKey)
              .filter(_ -> files.containsKey("grubx64.efi"));
      case BIOS_X86,
          UEFI_IA32,
          UEFI_ARM32,
          UEFI_ARM64,
          UEFI_IA32_HTTP,
          UEFI_ARM64_HTTP,
          UEFI_RISCV64,
          UNKNOWN ->
          Optional.empty();
    };
  }

  public Optional<BootFile> open(String name) {
    return Optional.ofNullable(files.get(name));
  }

  public boolean complete() {
    return missing().isEmpty();
  }

  /// One line for the operator.
  public String describe() {
    var missing = missing();
    if (missing.isEmpty()) {
      return directory + ": " + files.keySet().stream().sorted().collect(Collectors.joining(", "));
    }
    return directory
        + " lacks "
        + String.join(", ", missing)
        + ": appliance/run images build loaders, or install the Debian package ipxe, or set pxe.loaders";
  }

  private List<String> missing() {
    return List.of(ClientArch.BIOS_X86, ClientArch.UEFI_X64).stream()
        .filter(arch -> nameFor(arch).isEmpty())
        .map(arch -> FOR_FIRMWARE.getOrDefault(arch, List.of()).getFirst())
        .toList();
  }

  private static String sha256(Path path) throws IOException {
    try (var in = new DigestInputStream(Files.newInputStream(path), digest())) {
      in.transferTo(java.io.OutputStream.nullOutputStream());
      return HexFormat.of().formatHex(in.getMessageDigest().digest());
    }
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
