package io.rackstead.appliance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.fake.FakeBmcs;
import io.rackstead.store.Database;
import io.rackstead.store.UnwritableException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A data disk of 64 MiB that is really full: what was acknowledged is there, what cannot be kept
/// is refused with the reason, and work goes on by itself when there is room.
@Tag("lab")
@SuppressWarnings("NullAway.Init")
class FullDiskTest {
  @TempDir Path folder;
  private Path disk;
  private Path filler;

  @BeforeEach
  void mount() throws Exception {
    disk = Files.createDirectory(folder.resolve("disk"));
    filler = disk.resolve("filler");
    run("mount", "-t", "tmpfs", "-o", "size=64m", "tmpfs", disk.toString());
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "-l", disk.toString());
  }

  private static void run(String... command) throws Exception {
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.Charset.defaultCharset());
    assertThat(process.waitFor()).as(said).isZero();
  }

  /// Fills the disk to its last byte.
  private void fill() {
    try (OutputStream out = Files.newOutputStream(filler)) {
      var block = new byte[4096];
      while (true) {
        out.write(block);
      }
    } catch (IOException e) {
      assertThat(e).hasMessageContaining("No space left");
    }
  }

  private static int put(Database database, String owner) {
    return database.inTransaction(
        tx -> tx.change("insert into secret (owner, sealed) values (?, ?)", owner, new byte[2000]));
  }

  private static List<String> owners(Database database) {
    return database.read(
        tx -> tx.list("select owner from secret order by owner", row -> row.getString(1)));
  }

  @Test
  void aDiskThatFillsUpInTheMiddleOfAWriteLosesNothingThatWasAcknowledged() throws Exception {
    var acknowledged = new ArrayList<String>();
    try (var database = Database.open(disk.resolve("db"))) {
      put(database, "a");
      acknowledged.add("a");
      assertThatThrownBy(() ->
              database.inTransaction(tx -> {
                fill();
                for (int i = 0; i < 1000; i++) {
                  tx.change(
                      "insert into secret (owner, sealed) values (?, ?)",
                      "lost" + i,
                      new byte[2000]);
                }
                return true;
              }))
          .isInstanceOf(UnwritableException.class)
          .hasMessageContaining("no space left on the disk of " + disk.resolve("db"))
          .hasMessageContaining("make room");
      assertThat(database.trouble()).isPresent();
      assertThatThrownBy(() -> put(database, "b")).isInstanceOf(UnwritableException.class);
      assertThat(owners(database)).as("readable while the disk is full").contains("a");
      Files.delete(filler);
      put(database, "c");
      acknowledged.add("c");
      assertThat(database.trouble()).isEmpty();
    }
    try (var again = Database.open(disk.resolve("db"))) {
      assertThat(owners(again)).containsAll(acknowledged).doesNotContain("b");
    }
  }

  @Test
  void theApplianceRefusesInWordsWhileTheDiskIsFullAndGoesOnWhenThereIsRoom() throws Exception {
    try (var appliance = start();
        var client = HttpClient.newHttpClient()) {
      var base = URI.create("http://127.0.0.1:" + appliance.serving().get(30, TimeUnit.SECONDS));
      var password = appliance.firstPassword().orElseThrow().reveal();
      var session =
          client.send(
              HttpRequest.newBuilder(base.resolve("/api/session"))
                  .header("Content-Type", "application/json")
                  .POST(
                      BodyPublishers.ofString(
                          "{\"username\":\"admin\",\"password\":\"" + password + "\"}"))
                  .build(),
              BodyHandlers.ofString());
      var cookie = session.headers().firstValue("Set-Cookie").orElseThrow().replaceAll(";.*", "");
      assertThat(create(client, base, cookie, 1).statusCode()).isEqualTo(200);
      fill();
      var refused = create(client, base, cookie, 2);
      assertThat(refused.statusCode()).isEqualTo(503);
      assertThat(refused.body()).contains("no space left on the disk", "make room");
      assertThat(get(client, base, "/health"))
          .contains("\"status\":\"degraded\"", "\"database\":\"failed\"");
      Files.delete(filler);
      assertThat(create(client, base, cookie, 3).statusCode()).isEqualTo(200);
      assertThat(get(client, base, "/health")).contains("\"database\":\"serving\"");
    }
    fill();
    try (var appliance = start();
        var client = HttpClient.newHttpClient()) {
      var base = URI.create("http://127.0.0.1:" + appliance.serving().get(30, TimeUnit.SECONDS));
      assertThat(get(client, base, "/health"))
          .as("started on a full disk")
          .contains("\"status\":\"degraded\"", "\"database\":\"failed\"");
      Files.delete(filler);
    }
    try (var database = Database.open(disk.resolve("db"))) {
      List<String> macs =
          database.read(tx -> tx.list("select mac from machine_mac", row -> row.getString(1)));
      assertThat(macs).containsExactlyInAnyOrder("3c:fd:fe:00:00:01", "3c:fd:fe:00:00:03");
    }
  }

  private Appliance start() throws Exception {
    var config =
        ConfigReader.read(
                List.of(
                    "--data", disk.toString(),
                    "--http.address", "127.0.0.1",
                    "--http.port", "0",
                    "--pxe.dhcp-port", "-1",
                    "--pxe.proxy-port", "-1",
                    "--pxe.tftp-port", "-1",
                    "--pxe.http-port", "0"),
                Map.of())
            .config();
    return Appliance.start(
        config,
        new Outside(InstantSource.system(), new SecureRandom(), _ -> new FakeBmcs(), _ -> {}));
  }

  private static HttpResponse<String> create(HttpClient client, URI base, String cookie, int number)
      throws Exception {
    return client.send(
        HttpRequest.newBuilder(base.resolve("/MAAS/api/2.0/machines/"))
            .header("Content-Type", "application/x-www-form-urlencoded")
            .header("Cookie", cookie)
            .header("X-Rackstead", "page")
            .POST(
                BodyPublishers.ofString(
                    "architecture=amd64&commission=false&mac_addresses=3c:fd:fe:00:00:0" + number))
            .build(),
        BodyHandlers.ofString());
  }

  private static String get(HttpClient client, URI base, String path) throws Exception {
    return client
        .send(HttpRequest.newBuilder(base.resolve(path)).build(), BodyHandlers.ofString())
        .body();
  }
}
