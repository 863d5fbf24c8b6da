package io.rackstead.image.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/// The modules of one kernel: finds those that are asked for with all that they need.
final class KernelModules {
  private final Path folder;
  private final Map<String, Path> files;
  private final Set<String> builtin;

  private KernelModules(Path folder, Map<String, Path> files, Set<String> builtin) {
    this.folder = folder;
    this.files = files;
    this.builtin = builtin;
  }

  /// @param folder `lib/modules/VERSION`
  static KernelModules in(Path folder) throws IOException {
    try (var all = Files.walk(folder)) {
      var files = new TreeMap<String, Path>();
      all.filter(file -> file.toString().matches(".*\\.ko(\\.xz|\\.zst)?"))
          .sorted()
          .forEach(file -> files.put(KernelModule.nameOf(file.getFileName().toString()), file));
      var builtin =
          Files.readAllLines(folder.resolve("modules.builtin")).stream()
              .map(line -> KernelModule.nameOf(line.substring(line.lastIndexOf('/') + 1)))
              .collect(Collectors.toSet());
      return new KernelModules(folder, files, builtin);
    }
  }

  String version() {
    return String.valueOf(folder.getFileName());
  }

  Path folder() {
    return folder;
  }

  /// @param modules by their path below `lib/modules/VERSION`, without a compression's suffix
  /// @param absent what this kernel has neither as a module nor built in
  record Selection(Map<String, KernelModule> modules, List<String> absent) {
    List<String> firmware() {
      return modules.values().stream()
          .flatMap(module -> module.firmware().stream())
          .distinct()
          .sorted()
          .toList();
    }
  }

  Selection select(List<String> wanted) throws IOException {
    var found = new LinkedHashMap<String, KernelModule>();
    var absent = new TreeSet<String>();
    for (var name : wanted) {
      add(KernelModule.plain(name), found, absent);
    }
    var byPath = new TreeMap<String, KernelModule>();
    found.forEach((name, module) -> byPath.put(pathOf(name), module));
    return new Selection(byPath, List.copyOf(absent));
  }

  private void add(String name, Map<String, KernelModule> found, Set<String> absent)
      throws IOException {
    if (found.containsKey(name) || builtin.contains(name)) {
      return;
    }
    var file = files.get(name);
    if (file == null) {
      absent.add(name);
      return;
    }
    var module = KernelModule.read(file);
    found.put(name, module);
    for (var needed : module.depends()) {
      add(needed, found, absent);
    }
    for (var soft : new ArrayList<>(module.soft())) {
      // a soft dependency may be an alias, or not there: the module does without
      if (files.containsKey(soft)) {
        add(soft, found, absent);
      }
    }
  }

  private String pathOf(String name) {
    var file = files.get(name);
    if (file == null) {
      throw new IllegalStateException("no file of module " + name);
    }
    var path = folder.relativize(file).toString();
    return path.substring(0, path.lastIndexOf(".ko") + 3);
  }
}
