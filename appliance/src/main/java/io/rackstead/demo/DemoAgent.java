package io.rackstead.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.http.Json;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Method;
import io.rackstead.pxe.BootFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What runs on a fake server that was started from the network: says hello, asks for work, does as
/// if, and reports. Image and seed are really fetched and their digests really compared.
final class DemoAgent {
  private static final Pattern REPORT = Pattern.compile("/MAAS/metadata/status/([0-9a-f]{32})");
  private static final int TICKS = 10;

  private final DemoServer server;
  private final DemoServer.Boot boot;
  private String token = "";

  /// How a step ended.
  private record Done(String status, String output, ObjectNode facts) {
    static Done ok(ObjectNode facts) {
      return new Done("ok", "", facts);
    }

    static Done failed(String output) {
      return new Done("failed", output, JsonNodeFactory.instance.objectNode());
    }
  }

  DemoAgent(DemoServer server, DemoServer.Boot boot) {
    this.server = server;
    this.boot = boot;
  }

  /// Works until there is nothing left, then the server switches itself off.
  void run(String capability) throws Exception {
    var hello = JsonNodeFactory.instance.objectNode();
    hello.put("capability", capability);
    hello.putArray("macs").add(server.mac().toString());
    hello.put("uuid", DemoReport.uuid(server.number()).toString());
    hello.put("serial", DemoReport.serial(server.number()));
    hello.put("agent", "demo").put("boot_mode", "uefi");
    token =
        json(server.call(Method.POST, "/agent/hello", Map.of(), Map.of(), "", Json.bytes(hello)))
            .path("token")
            .asText();
    long after = 0;
    while (boot.runs()) {
      var answer =
          server.call(
              Method.GET, "/agent/work", Map.of(), Map.of("after", "" + after), token, new byte[0]);
      int status = status(answer);
      if (status == 410) {
        server.shutDown(boot);
        return;
      }
      if (status == 200 && boot.runs()) {
        var work = json(answer);
        var goesOn = step(work);
        if (!goesOn) {
          return;
        }
        after = work.path("seq").asLong();
      }
    }
  }

  private boolean step(JsonNode work) throws Exception {
    var kind = work.path("kind").asText();
    if (server.restartsNow(kind)) {
      server.restart(boot);
      return false;
    }
    double seconds = server.varied(seconds(work));
    if (kind.equals("write-image") && server.fault() == DemoFault.HANGS) {
      boot.hang();
      return false;
    }
    if (kind.equals("write-image") || kind.equals("erase")) {
      for (int i = 1; i < TICKS && boot.pause(seconds / TICKS); i++) {
        progress(work, i);
      }
    } else {
      boot.pause(seconds);
    }
    if (!boot.runs()) {
      return false;
    }
    var done = done(kind, work);
    var result = JsonNodeFactory.instance.objectNode();
    result.put("seq", work.path("seq").asLong()).put("status", done.status());
    result.put("exit", done.status().equals("ok") ? 0 : 1).put("seconds", seconds);
    result.put("output", done.output()).set("facts", done.facts());
    int status = status(post("/agent/result", result));
    if (status == 410) {
      server.shutDown(boot);
      return false;
    }
    switch (kind) {
      case "reboot" -> server.restart(boot);
      case "poweroff" -> server.shutDown(boot);
      default -> {}
    }
    return !kind.equals("reboot") && !kind.equals("poweroff");
  }

  private void progress(JsonNode work, int tick) throws Exception {
    long total = work.path("raw_bytes").asLong(work.path("disk").path("size_bytes").asLong());
    post(
        "/agent/progress",
        JsonNodeFactory.instance
            .objectNode()
            .put("seq", work.path("seq").asLong())
            .put("done", total * tick / TICKS)
            .put("total", total)
            .put("rate", 400_000_000L));
  }

  /// How long it takes a server, in its own seconds.
  private static double seconds(JsonNode work) {
    return switch (work.path("kind").asText()) {
      case "inventory" -> 12 + work.path("lldp_wait_s").asInt();
      case "write-image" -> 90;
      case "read-back" -> 45;
      case "erase" -> work.path("mode").asText().equals("full") ? 2400 : 20;
      case "script" -> 15;
      case "wait" -> work.path("seconds").asDouble();
      default -> 3;
    };
  }

  private Done done(String kind, JsonNode work) throws Exception {
    var facts = JsonNodeFactory.instance.objectNode();
    return switch (kind) {
      case "inventory" -> Done.ok(server.report());
      case "bmc" -> {
        server.account(work.path("user").asText(), work.path("password").asText());
        yield Done.ok(
            facts
                .put("address", DemoReport.bmcAddress(server.number()))
                .put("channel", 1)
                .put("user_id", 3)
                .put("user", work.path("user").asText()));
      }
      case "script" ->
          server.fault() == DemoFault.BAD_MEMORY && work.path("builtin").asText().equals("memory")
              ? Done.failed("pattern 0x55aa differs at 0x00000012f4a7c040 (DIMM A3)")
              : Done.ok(facts);
      case "identify-disk" -> Done.ok(facts.put("path", "/dev/nvme0n1").put("partitions", 0));
      case "write-image" -> written(work, facts);
      case "read-back" ->
          server.fault() == DemoFault.BAD_DISK
              ? Done.failed("what was read back is not what was written")
              : Done.ok(facts.put("sha256", work.path("sha256").asText()));
      case "seed" -> seeded(work, facts);
      case "efi-boot-order" -> {
        server.diskFirst(work.path("first").asText().equals("disk"));
        yield Done.ok(facts);
      }
      case "erase" -> {
        server.erased();
        yield Done.ok(facts.put("method", work.path("mode").asText()));
      }
      default -> Done.ok(facts);
    };
  }

  private Done written(JsonNode work, ObjectNode facts) throws IOException {
    var name = work.path("url").asText().substring(1);
    var file = server.doors().booter().open(name, server.address());
    if (file.isEmpty()) {
      return Done.failed(name + ": 404 not found");
    }
    var digest =
        sha256(
            switch (file.get()) {
              case BootFile.OnDisk(var path, _, _) -> Files.readAllBytes(path);
              case BootFile.InMemory(var bytes) -> bytes;
              case BootFile.Overlaid _ -> throw new IOException(name + " is a disc, no image");
            });
    return digest.equals(work.path("compressed_sha256").asText())
        ? Done.ok(
            facts
                .put("sha256", work.path("sha256").asText())
                .put("bytes", work.path("raw_bytes").asLong()))
        : Done.failed("the image that came has the digest " + digest);
  }

  /// The files are fetched; the one for cloud-init says where the installed system reports.
  private Done seeded(JsonNode work, ObjectNode facts) throws Exception {
    Optional<String> report = Optional.empty();
    int n = 0;
    for (var file : work.path("files")) {
      var parts = Map.of("seq", work.path("seq").asText(), "n", Integer.toString(n++));
      var answer =
          server.call(Method.GET, "/agent/files/{seq}/{n}", parts, Map.of(), token, new byte[0]);
      var content = answer instanceof Reply.Whole whole ? whole.body() : new byte[0];
      if (!sha256(content).equals(file.path("sha256").asText())) {
        return Done.failed(file.path("path").asText() + " came with another digest");
      }
      var found = REPORT.matcher(new String(content, StandardCharsets.UTF_8));
      report = found.find() ? Optional.of(found.group(1)) : report;
    }
    server.installed(report);
    return Done.ok(facts.put("root_bytes", work.path("root").path("bytes").asLong()));
  }

  private Reply post(String path, ObjectNode body) throws Exception {
    return server.call(Method.POST, path, Map.of(), Map.of(), token, Json.bytes(body));
  }

  private static int status(Reply reply) {
    return reply instanceof Reply.Whole whole ? whole.status() : 500;
  }

  private static JsonNode json(Reply reply) {
    return reply instanceof Reply.Whole whole
        ? Json.parse(whole.body())
        : JsonNodeFactory.instance.objectNode();
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }
}
