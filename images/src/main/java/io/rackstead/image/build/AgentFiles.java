package io.rackstead.image.build;

import java.io.IOException;
import java.net.JarURLConnection;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// The agent: its `init`, the files below its `rootfs/`, and the lists of what it needs beside
/// them: `PACKAGES`, `PROGRAMS` and `MODULES`, one name a line, `#` begins a comment.
record AgentFiles(Map<String, byte[]> files) {
  AgentFiles {
    files = Collections.unmodifiableMap(new TreeMap<>(files));
  }

  /// The agent that belongs to this build of the program.
  static AgentFiles ofThisBuild() throws IOException {
    var init = AgentFiles.class.getResource("/agent/init");
    if (init == null) {
      throw new BuildException("this build of the program carries no agent (no /agent/init)");
    }
    try {
      return init.openConnection() instanceof JarURLConnection jar
          ? inJar(jar)
          : in(Path.of(init.toURI()).resolveSibling(""));
    } catch (URISyntaxException e) {
      throw new IOException("the agent cannot be read at " + init, e);
    }
  }

  static AgentFiles in(Path folder) throws IOException {
    var files = new TreeMap<String, byte[]>();
    try (var all = Files.walk(folder)) {
      for (var file : all.filter(Files::isRegularFile).toList()) {
        files.put(folder.relativize(file).toString(), Files.readAllBytes(file));
      }
    }
    if (!files.containsKey("init")) {
      throw new BuildException(folder + " holds no agent: there is no init in it");
    }
    return new AgentFiles(files);
  }

  private static AgentFiles inJar(JarURLConnection connection) throws IOException {
    var files = new TreeMap<String, byte[]>();
    connection.setUseCaches(false);
    try (var jar = connection.getJarFile()) {
      for (var entry : Collections.list(jar.entries())) {
        if (entry.getName().startsWith("agent/") && !entry.isDirectory()) {
          try (var in = jar.getInputStream(entry)) {
            files.put(entry.getName().substring("agent/".length()), in.readAllBytes());
          }
        }
      }
    }
    return new AgentFiles(files);
  }

  List<String> list(String name) {
    var bytes = files.getOrDefault(name, new byte[0]);
    return new String(bytes, StandardCharsets.UTF_8)
        .lines()
        .map(line -> line.replaceAll("#.*", "").strip())
        .filter(line -> !line.isEmpty())
        .toList();
  }

  void install(RamSystem into) {
    files.forEach((name, bytes) -> {
      if (name.equals("init")) {
        into.file("init", bytes, 0755);
      } else if (name.startsWith("rootfs/")) {
        // a jar keeps no permissions: what is a script says so in its first two bytes
        boolean program = bytes.length > 2 && bytes[0] == '#' && bytes[1] == '!';
        into.file(name.substring("rootfs/".length()), bytes, program ? 0755 : 0644);
      }
    });
  }
}
