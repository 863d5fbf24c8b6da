package io.rackstead.tests.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/// The appliance on a fresh data folder, on loopback, and its administrator beside the page.
final class Site implements AutoCloseable {
  static final String PASSWORD = "correct horse battery";

  private static final Path RUN =
      Path.of(System.getProperty("basedir", ""))
          .toAbsolutePath()
          .resolve("../appliance/run")
          .normalize();
  private static final Duration START = Duration.ofMinutes(3);

  private final Process process;
  private final Path log;
  private final HttpClient http = HttpClient.newHttpClient();
  private final String url;
  private final String authorization;

  private Site(Process process, Path log, String url, String key) {
    this.process = process;
    this.log = log;
    this.url = url;
    String[] parts = key.split(":", -1);
    authorization =
        "OAuth oauth_version=\"1.0\", oauth_signature_method=\"PLAINTEXT\","
            + " oauth_consumer_key=\"%s\", oauth_token=\"%s\", oauth_signature=\"%%26%s\""
                .formatted(parts[0], parts[1], parts[2]);
  }

  static Site start(Path folder) throws Exception {
    var data = folder.resolve("data").toString();
    var password = Files.writeString(folder.resolve("password"), PASSWORD + "\n");
    command("createadmin", "--username", "admin", "--password-file", password, "--data", data);
    var log = folder.resolve("appliance.log");
    var process =
        new ProcessBuilder(
                RUN.toString(),
                "--data",
                data,
                "--http.address",
                "127.0.0.1",
                "--http.port",
                "0",
                "--pxe.http-port",
                "0",
                "--pxe.tftp-port",
                "0")
            .redirectErrorStream(true)
            .redirectOutput(log.toFile())
            .start();
    try {
      var ready = ready(process, log);
      var key = command("apikey", "--username", "admin", "--data", data).strip();
      return new Site(process, log, ready.replace("/MAAS/", ""), key);
    } catch (Exception | AssertionError e) {
      process.destroy();
      throw e;
    }
  }

  private static String ready(Process process, Path log) throws IOException {
    for (var end = Instant.now().plus(START); Instant.now().isBefore(end); ) {
      var line = Files.readString(log).lines().filter(l -> l.startsWith("ready ")).findFirst();
      if (line.isPresent()) {
        return line.get().substring("ready ".length()).strip();
      }
      if (!process.isAlive()) {
        break;
      }
      LockSupport.parkNanos(Duration.ofMillis(50).toNanos());
    }
    throw new AssertionError("the appliance did not start: " + Files.readString(log));
  }

  private static String command(Object... arguments) throws Exception {
    var command = new java.util.ArrayList<>(List.of(RUN.toString()));
    List.of(arguments).forEach(argument -> command.add(argument.toString()));
    var out = Files.createTempFile("command", ".out");
    try {
      var process = new ProcessBuilder(command).redirectOutput(out.toFile()).start();
      if (!process.waitFor(START.toSeconds(), TimeUnit.SECONDS) || process.exitValue() != 0) {
        process.destroyForcibly();
        throw new IllegalStateException(command + " failed: " + Files.readString(out));
      }
      return Files.readString(out);
    } finally {
      Files.deleteIfExists(out);
    }
  }

  String pages() {
    return url + "/MAAS/";
  }

  /// A page's headers, as anybody gets them.
  HttpResponse<String> fetch(String path) {
    return send(HttpRequest.newBuilder(URI.create(url + path)));
  }

  JsonNode machine(String id) {
    return json(authorized("/api/machines/" + id));
  }

  List<JsonNode> policies() {
    return List.copyOf(json(authorized("/api/policies")).path("policies").valueStream().toList());
  }

  /// As a MAAS client announces a server that it knows of; its id.
  String announce(String hostname, String mac) {
    var form = "commission=false&architecture=amd64&hostname=" + hostname + "&mac_addresses=" + mac;
    return json(authorized("/MAAS/api/2.0/machines/")
            .header("Content-Type", "application/x-www-form-urlencoded")
            .POST(BodyPublishers.ofString(form)))
        .path("system_id")
        .asText();
  }

  void act(String id, String verb) {
    json(
        authorized("/api/machines/" + id + "/actions/" + verb)
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofString("{}")));
  }

  private HttpRequest.Builder authorized(String path) {
    return HttpRequest.newBuilder(URI.create(url + path))
        .header(
            "Authorization",
            authorization
                + ", oauth_nonce=\"%016x\", oauth_timestamp=\"%d\""
                    .formatted(System.nanoTime(), Instant.now().getEpochSecond()));
  }

  private JsonNode json(HttpRequest.Builder request) {
    var answer = send(request);
    if (answer.statusCode() / 100 != 2) {
      throw new AssertionError(
          answer.request().uri() + ": " + answer.statusCode() + " " + answer.body());
    }
    try {
      return new ObjectMapper().readTree(answer.body());
    } catch (IOException e) {
      throw new UncheckedIOException("no JSON from " + answer.request().uri(), e);
    }
  }

  private HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return http.send(request.timeout(Duration.ofSeconds(20)).build(), BodyHandlers.ofString());
    } catch (IOException e) {
      throw new UncheckedIOException("no answer from " + url, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  @Override
  public void close() throws Exception {
    http.close();
    process.destroy();
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
    }
  }
}
