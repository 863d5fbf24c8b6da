package io.rackstead.broker.libvirt;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.broker.declared.BadBroker;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// How the hosts of a target are set up, read and checked.
///
/// @param largePages how many are set aside for servers at each start, by their size in KiB
/// @param iommu whether devices shall be given to servers whole
/// @param nested whether a host is only in service when its servers may run servers
/// @param evacuates whether its release releases the machines on it first; else they hold it
record HostSettings(
    String user,
    VirtualHosts.Pool pool,
    Map<Integer, Integer> largePages,
    boolean iommu,
    boolean nested,
    List<String> moreArguments,
    boolean evacuates) {
  private static final int KIB_2M = 2048;
  private static final int KIB_1G = 1 << 20;
  private static final Pattern USER = Pattern.compile("[a-z_][a-z0-9_-]{0,30}");
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}");
  private static final Pattern FOLDER = Pattern.compile("(?:/[A-Za-z0-9_][A-Za-z0-9._@+-]*+)++");

  /// No quote, no dollar, no backslash: it stands in a file that GRUB's scripts read as shell.
  private static final Pattern ARGUMENT =
      Pattern.compile("[A-Za-z0-9_][A-Za-z0-9_.,:/@+=-]{0,127}");

  HostSettings {
    largePages = Map.copyOf(largePages);
    moreArguments = List.copyOf(moreArguments);
  }

  /// @param values the target's
  static HostSettings read(Map<String, String> values) {
    return new HostSettings(
        matching(values, "user", "rackstead-vm", USER, "a name of a user, as rackstead-vm"),
        new VirtualHosts.Pool(
            matching(values, "pool", "default", NAME, "letters, digits and _.:-"),
            matching(
                values, "pool_folder", "/var/lib/libvirt/images", FOLDER, "a folder, as /srv/vms"),
            matching(values, "pool_volume_group", "", NAME, "a name of a volume group, as vms")),
        Map.of(
            KIB_2M, number(values, "hugepages_2m", 1 << 24),
            KIB_1G, number(values, "hugepages_1g", 1 << 14)),
        truth(values, "iommu", "off", "on"),
        truth(values, "nested", "any", "wanted"),
        arguments(values),
        truth(values, "on_release", "refuse", "evacuate"));
  }

  private static String value(Map<String, String> values, String key) {
    return values.getOrDefault(key, "").strip();
  }

  private static String matching(
      Map<String, String> values, String key, String usual, Pattern pattern, String what) {
    var value = value(values, key);
    if (value.isEmpty()) {
      return usual;
    }
    if (!pattern.matcher(value).matches() || value.length() > 200) {
      throw new BadBroker("%s is %s, got '%s'".formatted(key, what, shown(value)));
    }
    return value;
  }

  private static int number(Map<String, String> values, String key, int most) {
    var value = value(values, key);
    if (value.isEmpty()) {
      return 0;
    }
    if (!value.matches("[0-9]{1,9}") || Integer.parseInt(value) > most) {
      throw new BadBroker(
          "%s is a number of pages, at most %d, got '%s'".formatted(key, most, shown(value)));
    }
    return Integer.parseInt(value);
  }

  private static boolean truth(Map<String, String> values, String key, String no, String yes) {
    var value = value(values, key);
    if (value.isEmpty() || value.equals(no)) {
      return false;
    }
    if (!value.equals(yes)) {
      throw new BadBroker("%s is %s or %s, got '%s'".formatted(key, no, yes, shown(value)));
    }
    return true;
  }

  private static List<String> arguments(Map<String, String> values) {
    var value = value(values, "kernel_arguments");
    if (value.isEmpty()) {
      return List.of();
    }
    var words = List.of(value.split("\\s+", -1));
    for (var word : words) {
      if (!ARGUMENT.matcher(word).matches()) {
        throw new BadBroker(
            "kernel_arguments are words of letters, digits and _.,:/@+=-, got '"
                + shown(word)
                + "'");
      }
    }
    if (words.size() > 40) {
      throw new BadBroker("kernel_arguments are at most 40 words");
    }
    return words;
  }

  private static String shown(String text) {
    var line = text.replaceAll("\\p{Cntrl}", " ");
    return line.length() > 60 ? line.substring(0, 60) + "…" : line;
  }

  /// What the kernel of a host is started with besides its own (kernel-parameters.txt). Large pages
  /// are taken while memory is whole; AMD's IOMMU is on of itself, and no argument for Intel's
  /// troubles it.
  String kernelArguments() {
    var words = new ArrayList<String>();
    pages(words, KIB_1G, "1G");
    pages(words, KIB_2M, "2M");
    if (iommu) {
      words.add("intel_iommu=on");
      words.add("iommu=pt");
    }
    words.addAll(moreArguments);
    return String.join(" ", words);
  }

  private void pages(List<String> words, int kib, String size) {
    int count = largePages.getOrDefault(kib, 0);
    if (count > 0) {
      words.add("hugepagesz=" + size);
      words.add("hugepages=" + count);
    }
  }

  /// What a host has not, of what it was to have.
  ///
  /// @param said what it says of itself
  Optional<String> lacking(JsonNode said) {
    for (int kib : List.of(KIB_2M, KIB_1G)) {
      int wanted = largePages.getOrDefault(kib, 0);
      long there = said.path("large_pages").path(Integer.toString(kib)).asLong(0);
      if (there < wanted) {
        return Optional.of("has set aside %d of %d pages of %d KiB".formatted(there, wanted, kib));
      }
    }
    if (iommu && !said.path("iommu").asBoolean(false)) {
      return Optional.of("has no IOMMU that is on: its firmware may have it off (VT-d, AMD-Vi)");
    }
    if (nested && !said.path("nested").asBoolean(false)) {
      return Optional.of(
          "does not let its servers run servers: its firmware may have virtualisation off");
    }
    return Optional.empty();
  }
}
