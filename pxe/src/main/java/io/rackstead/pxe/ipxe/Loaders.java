package io.rackstead.pxe.ipxe;

import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.ClientArch.Cpu;
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
import java.util.stream.Stream;

/// The iPXE binaries that are at hand, and which firmware gets which. Each is checksummed once, at
/// start.
public final class Loaders {
  /// Per firmware, the best first. `snponly.efi` uses the firmware's own network driver and so runs
  /// on every card; `ipxe.efi` brings drivers of its own.
  private static final Map<Cpu, List<String>> FOR_UEFI =
      Map.of(
          Cpu.X64, List.of("snponly.efi", "ipxe.efi"),
          Cpu.IA32, List.of("snponly-ia32.efi", "ipxe-ia32.efi"),
          Cpu.ARM32, List.of("snponly-arm32.efi", "ipxe-arm32.efi"),
          Cpu.ARM64, List.of("snponly-arm64.efi", "ipxe-arm64.efi"),
          Cpu.RISCV32, List.of("snponly-riscv32.efi", "ipxe-riscv32.efi"),
          Cpu.RISCV64, List.of("snponly-riscv64.efi", "ipxe-riscv64.efi"),
          Cpu.LOONG64, List.of("snponly-loong64.efi", "ipxe-loong64.efi"));

  private static final List<String> FOR_BIOS = List.of("undionly.kpxe");

  /// What Secure Boot lets pass, by Debian's packages shim-signed and grub-efi-*-signed. The names
  /// are those that shim itself asks for.
  private static final Map<String, Path> SIGNED =
      Map.of(
          "shimx64.efi", Path.of("/usr/lib/shim/shimx64.efi.signed"),
          "grubx64.efi", Path.of("/usr/lib/grub/x86_64-efi-signed/grubnetx64.efi.signed"),
          "mmx64.efi", Path.of("/usr/lib/shim/mmx64.efi.signed"),
          "shimaa64.efi", Path.of("/usr/lib/shim/shimaa64.efi.signed"),
          "grubaa64.efi", Path.of("/usr/lib/grub/arm64-efi-signed/grubnetaa64.efi.signed"),
          "mmaa64.efi", Path.of("/usr/lib/shim/mmaa64.efi.signed"));

  private static final int MOST_OF_A_BOARD = 2000;

  private final Path directory;
  private final Map<String, BootFile> files;

  private Loaders(Path directory, Map<String, BootFile> files) {
    this.directory = directory;
    this.files = Map.copyOf(files);
  }

  /// Looks into the directory; what is missing there is simply not offered.
  public static Loaders in(Path directory) throws IOException {
    var found = new TreeMap<String, BootFile>();
    var names = Stream.concat(FOR_BIOS.stream(), FOR_UEFI.values().stream().flatMap(List::stream));
    for (var name : names.toList()) {
      add(found, name, directory.resolve(name));
    }
    for (var signed : SIGNED.entrySet()) {
      var own = directory.resolve(signed.getKey());
      add(found, signed.getKey(), Files.isReadable(own) ? own : signed.getValue());
    }
    addBoard(found, directory, "raspberry-pi");
    return new Loaders(directory, found);
  }

  /// The files of a board's maker, which an operator has put there.
  private static void addBoard(Map<String, BootFile> found, Path directory, String name)
      throws IOException {
    var board = directory.resolve(name);
    if (!Files.isDirectory(board)) {
      return;
    }
    try (var paths = Files.walk(board, 2)) {
      for (var path : paths.filter(Files::isRegularFile).limit(MOST_OF_A_BOARD).toList()) {
        add(found, directory.relativize(path).toString(), path);
      }
    }
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
    return names(arch).stream().filter(files::containsKey).findFirst();
  }

  private static List<String> names(ClientArch arch) {
    return switch (arch.firmware()) {
      case BIOS -> FOR_BIOS;
      case UEFI -> FOR_UEFI.getOrDefault(arch.cpu(), List.of());
      case U_BOOT, OPAL, RASPBERRY_PI, NONE_OF_THESE -> List.of();
    };
  }

  /// The first of the signed chain: shim, where the one that it starts is there, too.
  public Optional<String> signedFor(ClientArch arch) {
    return arch.uefi()
        ? switch (arch.cpu()) {
          case X64 -> signed("x64");
          case ARM64 -> signed("aa64");
          case IA32, ARM32, POWER, RISCV32, RISCV64, LOONG64, UNKNOWN -> Optional.empty();
        }
        : Optional.empty();
  }

  private Optional<String> signed(String suffix) {
    return Optional.of("shim" + suffix + ".efi")
        .filter(files::containsKey)
        .filter(_ -> files.containsKey("grub" + suffix + ".efi"));
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
        .map(arch -> names(arch).getFirst())
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
