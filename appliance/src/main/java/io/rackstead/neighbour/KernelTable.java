package io.rackstead.neighbour;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.http.Json;
import io.rackstead.network.Ip;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The kernel's neighbour table (ARP and NDP), as iproute2 prints it: the kernel itself has asked
/// all of these and was answered.
public final class KernelTable {
  private static final Logger LOG = LoggerFactory.getLogger(KernelTable.class);
  private static final int WAIT_SECONDS = 5;
  private static final int MOST_BYTES = 8 << 20;

  /// Those that nobody answered for.
  private static final Set<String> UNANSWERED = Set.of("FAILED", "INCOMPLETE", "NOARP", "NONE");

  private KernelTable() {}

  /// Empty where there is no `ip`, which is said in the log.
  public static List<Neighbour> read(InstantSource clock) {
    try {
      var process =
          new ProcessBuilder("ip", "-s", "-j", "neigh", "show")
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      var text = process.getInputStream().readNBytes(MOST_BYTES);
      if (!process.waitFor(WAIT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        LOG.warn("the kernel's neighbours cannot be read: ip does not end");
        return List.of();
      }
      return process.exitValue() == 0 ? parse(text, clock.instant()) : List.of();
    } catch (IOException e) {
      LOG.warn("the kernel's neighbours cannot be read: {}", e.getMessage());
      return List.of();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return List.of();
    }
  }

  /// @param now what the ages in the table are counted from
  static List<Neighbour> parse(byte[] json, Instant now) {
    var found = new ArrayList<Neighbour>();
    for (var row : Json.parse(json)) {
      var mac = row.path("lladdr").asText("");
      boolean answered = !mac.isEmpty();
      for (var state : row.path("state")) {
        answered &= !UNANSWERED.contains(state.asText());
      }
      // what is no Ethernet (tunnels, InfiniBand) has another form of address
      if (answered && mac.matches("[0-9a-f]{2}(:[0-9a-f]{2}){5}")) {
        found.add(one(row, mac, now));
      }
    }
    return found;
  }

  private static Neighbour one(JsonNode row, String mac, Instant now) {
    return new Neighbour(
        Ip.parse(row.path("dst").asText()),
        MacAddress.parse(mac),
        row.path("dev").asText(""),
        now.minusSeconds(row.path("confirmed").asLong(0)));
  }
}
