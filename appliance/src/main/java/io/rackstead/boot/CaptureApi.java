package io.rackstead.boot;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.pxe.Explanation;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Function;

/// The last boot of a machine as a capture, and what those packets would get now.
public final class CaptureApi {
  private final Machines machines;
  private final Function<MacAddress, Optional<byte[]>> captures;
  private final BiFunction<byte[], Optional<String>, List<Explanation>> replay;

  public CaptureApi(
      Machines machines,
      Function<MacAddress, Optional<byte[]>> captures,
      BiFunction<byte[], Optional<String>, List<Explanation>> replay) {
    this.machines = machines;
    this.captures = captures;
    this.replay = replay;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/machines/{id}/boot.pcap", Access.VIEW, this::file),
        Route.get("/api/machines/{id}/boot-replay", Access.VIEW, this::again),
        new Route(Route.Method.POST, "/api/explain/pcap", Access.EDIT, this::given));
  }

  private Reply file(Request request) {
    var machine = machine(request);
    return new Reply.Whole(
        200,
        "application/vnd.tcpdump.pcap",
        capture(machine),
        Map.of(
            "Content-Disposition",
            "attachment; filename=\"%s-boot.pcap\"".formatted(machine.hostname())));
  }

  private Reply again(Request request) {
    return replayed(capture(machine(request)), request);
  }

  private Reply given(Request request) {
    return replayed(request.body(), request);
  }

  private Reply replayed(byte[] pcap, Request request) {
    try {
      return Reply.json(Map.of("answers", replay.apply(pcap, request.query("interface"))));
    } catch (MalformedPacket e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private Machine machine(Request request) {
    var id = request.part("id");
    return machines.list().stream()
        .filter(one -> one.id().text().equals(id))
        .filter(one -> request.principal().sees(one.labels().owner(), one.labels().pool()))
        .findFirst()
        .orElseThrow(() -> new Problem(404, "no machine " + id));
  }

  private byte[] capture(Machine machine) {
    return last(machine)
        .orElseThrow(() ->
            new Problem(
                404,
                "machine " + machine.id() + " has not booted from the network since our start"));
  }

  private Optional<byte[]> last(Machine machine) {
    return machine.identity().macs().stream()
        .flatMap(mac -> captures.apply(mac).stream())
        .findFirst();
  }
}
