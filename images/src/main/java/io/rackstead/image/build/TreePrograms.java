package io.rackstead.image.build;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/// Programs and libraries in a tree of unpacked packages.
final class TreePrograms {
  private static final List<String> PROGRAMS = List.of("usr/bin", "usr/sbin", "bin", "sbin");

  private final Path tree;
  private final List<Path> libraries;

  TreePrograms(Path tree) throws IOException {
    this.tree = tree;
    this.libraries = new ArrayList<>();
    for (var base : List.of("lib", "usr/lib", "lib64", "usr/lib64")) {
      var folder = tree.resolve(base);
      if (Files.isDirectory(folder)) {
        libraries.add(folder);
        try (var multiarch = Files.newDirectoryStream(folder, "*-linux-gnu")) {
          multiarch.forEach(libraries::add);
        }
      }
    }
  }

  Optional<Path> program(String name) throws IOException {
    for (var folder : PROGRAMS) {
      var file = tree.resolve(folder).resolve(name);
      if (Files.exists(file)) {
        return Optional.of(file.toRealPath());
      }
    }
    return Optional.empty();
  }

  /// A command line that runs a program of the tree with the tree's own loader and libraries: it
  /// fits the files beside it, and the host need not have it.
  Subprocess command(java.time.Duration limit, String name, List<String> arguments)
      throws IOException {
    var program =
        program(name).orElseThrow(() -> new BuildException("no " + name + " in the packages"));
    var loader = library("ld-linux-x86-64.so.2").or(() -> library("ld-linux-aarch64.so.1"));
    if (loader.isEmpty()) {
      throw new BuildException("no loader in the packages");
    }
    var command = new ArrayList<String>();
    command.add(loader.get().toString());
    command.add("--library-path");
    command.add(String.join(":", libraries.stream().map(Path::toString).toList()));
    command.add("--argv0");
    command.add(name);
    command.add(program.toString());
    command.addAll(arguments);
    var config = tree.resolve("etc/mke2fs.conf").toString();
    return new Subprocess(command, java.util.Map.of("MKE2FS_CONFIG", config), new byte[0], limit);
  }

  Optional<Path> library(String soname) {
    return libraries.stream().map(l -> l.resolve(soname)).filter(Files::exists).findFirst();
  }

  /// Puts programs into a RAM system, with the libraries that they and those need.
  ///
  /// @return what is not in the tree
  List<String> install(List<String> programs, List<String> extraLibraries, RamSystem into)
      throws IOException {
    var absent = new ArrayList<String>();
    var todo = new ArrayDeque<Path>();
    for (var name : programs) {
      var file = program(name);
      if (file.isEmpty()) {
        absent.add(name);
        continue;
      }
      into.file("bin/" + name, file.get(), 0755);
      todo.add(file.get());
    }
    var seen = new HashSet<String>();
    for (var name : extraLibraries) {
      add(name, into, seen, todo, absent);
    }
    while (!todo.isEmpty()) {
      var file = todo.remove();
      var bytes = Files.readAllBytes(file);
      if (!ElfFile.isElf(bytes)) {
        continue; // a script
      }
      for (var name : ElfFile.read(file.toString(), bytes).needed()) {
        add(name, into, seen, todo, absent);
      }
    }
    return absent;
  }

  private void add(
      String name, RamSystem into, HashSet<String> seen, ArrayDeque<Path> todo, List<String> absent)
      throws IOException {
    if (!seen.add(name)) {
      return;
    }
    var file = library(name);
    if (file.isEmpty()) {
      absent.add(name);
      return;
    }
    // the loader is named by its full path in every program: /lib64/ld-linux-x86-64.so.2
    var folder = name.startsWith("ld-linux") ? "lib/" : "lib/" + multiarch() + "/";
    into.file(folder + name, file.get().toRealPath(), 0755);
    todo.add(file.get().toRealPath());
  }

  private String multiarch() {
    return libraries.stream()
        .map(folder -> String.valueOf(folder.getFileName()))
        .filter(name -> name.endsWith("-linux-gnu"))
        .findFirst()
        .orElse("");
  }
}
