package io.rackstead.image.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/// A host for the shell agent: its own `/sys`, `/proc`, `/dev` and `/run` below one folder, and a
/// folder of harmless stand-ins for the programs that would change this machine.
final class AgentHost {
  private static final ObjectMapper JSON = new ObjectMapper();
  static final Path AGENT = Path.of("agent/rootfs/usr/lib/rackstead").toAbsolutePath();

  final Path root;
  final Map<String, String> environment = new TreeMap<>();

  record Ran(int exit, String output) {}

  AgentHost(Path root) throws IOException {
    this.root = root;
    for (var folder : List.of("sys/block", "sys/class/net", "proc", "dev", "run/step", "bin")) {
      Files.createDirectories(root.resolve(folder));
    }
    Files.createSymbolicLink(root.resolve("proc/uptime"), Path.of("/proc/uptime"));
    write("proc/mounts", "");
    write("proc/cmdline", "");
    write("run/drivers-loaded", "");
    for (var dangerous :
        List.of("date", "poweroff", "reboot", "mount", "umount", "sync", "sgdisk")) {
      program(dangerous, "echo \"" + dangerous + " $*\" >>\"$HOST/called\"");
    }
    environment.put("HOST", root.toString());
    environment.put("LC_ALL", "C");
    environment.put("PATH", root.resolve("bin") + ":/usr/sbin:/usr/bin:/sbin:/bin");
    environment.put("RACKSTEAD_LIB", AGENT.toString());
    environment.put("RACKSTEAD_SYS", root.resolve("sys").toString());
    environment.put("RACKSTEAD_PROC", root.resolve("proc").toString());
    environment.put("RACKSTEAD_DEV", root.resolve("dev").toString());
    environment.put("RACKSTEAD_RUN", root.resolve("run").toString());
    environment.put("RACKSTEAD_CONSOLES", root.resolve("console").toString());
  }

  void program(String name, String body) throws IOException {
    write("bin/" + name, "#!/bin/sh\n" + body + "\n");
    root.resolve("bin/" + name).toFile().setExecutable(true);
  }

  void write(String path, String text) throws IOException {
    var file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  String read(String path) throws IOException {
    var file = root.resolve(path);
    return Files.exists(file) ? Files.readString(file) : "";
  }

  /// A disk as the kernel shows a virtio one, with a file for its node.
  Path disk(String name, String serial, long sizeBytes) throws IOException {
    write("sys/block/" + name + "/size", sizeBytes / 512 + "\n");
    write("sys/block/" + name + "/serial", serial);
    var node = root.resolve("dev/" + name);
    try (var file = new RandomAccessFile(node.toFile(), "rw")) {
      file.setLength(sizeBytes);
    }
    return node;
  }

  /// Runs one step as the agent would, with its fields as JSON.
  Ran step(String kind, Object work) throws Exception {
    run(List.of("rm", "-rf", root.resolve("run/step").toString()), 10);
    Files.createDirectories(root.resolve("run/step"));
    write("run/reply", JSON.writeValueAsString(work));
    var flattened = shell("flat \"$RUN/reply\" >\"$STEP/work\"");
    if (flattened.exit() != 0) {
      throw new IOException("the step's fields could not be read: " + flattened.output());
    }
    return run(List.of("sh", AGENT.resolve("steps/" + kind).toString()), 60);
  }

  /// Runs a line of shell with the agent's functions at hand; the arguments are `$1`, `$2`...
  Ran shell(String line, String... arguments) throws Exception {
    var command = new ArrayList<>(List.of("sh", "-c"));
    command.add(". \"$RACKSTEAD_LIB/lib.sh\"; . \"$LIB/disk.sh\"; . \"$LIB/inside.sh\"; " + line);
    command.add("test");
    command.addAll(List.of(arguments));
    return run(command, 60);
  }

  Ran run(List<String> command, int limitSeconds) throws Exception {
    var output = Files.createTempFile(root, "output", "");
    var builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile());
    builder.environment().putAll(environment);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    var process = builder.start();
    try {
      if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
        throw new IOException(command + " did not end within " + limitSeconds + " s");
      }
      return new Ran(process.exitValue(), new String(Files.readAllBytes(output), UTF_8));
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  JsonNode facts() throws IOException {
    return JSON.readTree(read("run/step/facts.json"));
  }

  static boolean canRun() {
    return List.of("jq", "curl", "zstd", "setsid", "sha256sum", "cmp").stream()
        .allMatch(program ->
            List.of("/usr/bin", "/bin").stream()
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, program))));
  }
}
