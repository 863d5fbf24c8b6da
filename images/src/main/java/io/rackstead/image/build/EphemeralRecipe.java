package io.rackstead.image.build;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;

/// What goes into the ephemeral system beside what the agent asks for in its own lists.
final class EphemeralRecipe {
  private EphemeralRecipe() {}

  /// For a person who looks at a machine in rescue mode; OpenSSH would be ten times as large.
  private static final List<String> RESCUE_PACKAGES = List.of("dropbear-bin", "dosfstools");

  private static final List<String> RESCUE_PROGRAMS =
      List.of("dropbear", "dropbearkey", "mkfs.vfat");

  static final List<String> LIBRARIES_OPENED_BY_NAME =
      List.of("libnss_dns.so.2", "libnss_files.so.2", "libresolv.so.2");

  /// Data that programs read.
  static final List<String> DATA =
      List.of("etc/mke2fs.conf", "usr/share/misc/pci.ids", "usr/share/smartmontools/drivedb.h");

  /// Packages with the firmware of server NICs and controllers, in non-free-firmware. Debian 13
  /// took Intel's out of firmware-misc-nonfree.
  static List<String> firmware(String suite) {
    var all =
        new ArrayList<>(
            List.of(
                "firmware-bnx2",
                "firmware-bnx2x",
                "firmware-cavium",
                "firmware-misc-nonfree",
                "firmware-myricom",
                "firmware-netronome",
                "firmware-netxen",
                "firmware-qlogic",
                "firmware-realtek"));
    if (!suite.equals("bookworm")) {
      all.add("firmware-intel-misc");
    }
    return all;
  }

  static List<String> packages(AgentFiles agent) {
    var all = new LinkedHashSet<>(agent.list("PACKAGES"));
    all.addAll(List.of("linux-image-amd64", "busybox-static", "kmod", "ca-certificates"));
    all.addAll(RESCUE_PACKAGES);
    return all.stream().sorted().toList();
  }

  static List<String> programs(AgentFiles agent) {
    var all = new LinkedHashSet<String>();
    for (var path : agent.list("PROGRAMS")) {
      all.add(path.substring(path.lastIndexOf('/') + 1));
    }
    all.addAll(List.of("busybox", "kmod"));
    all.addAll(RESCUE_PROGRAMS);
    return new ArrayList<>(all);
  }
}
