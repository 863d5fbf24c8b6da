package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.access.Principal.Role;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.network.IpRange;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Rejected;
import io.rackstead.network.ReservedIp;
import io.rackstead.network.StaticRoute;
import io.rackstead.network.Topology;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/// IP ranges, reserved IPs and static routes.
final class RangeOperations {
  private final NetworkBook book;

  RangeOperations(NetworkBook book) {
    this.book = book;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("IPRanges", "ipranges/", "", Access.VIEW, _ -> ranges()),
        post("IPRanges", "ipranges/", "", Access.OPERATE, this::addRange),
        get("IPRange", "ipranges/{id}/", "", Access.VIEW, call -> shown(range(book.now(), call))),
        put("IPRange", "ipranges/{id}/", Access.OPERATE, this::changeRange),
        delete("IPRange", "ipranges/{id}/", Access.OPERATE, this::removeRange),
        get("ReservedIps", "reservedips/", "", Access.VIEW, _ -> reserved()),
        post("ReservedIps", "reservedips/", "", Access.ADMIN, this::addReserved),
        get(
            "ReservedIp",
            "reservedips/{id}/",
            "",
            Access.VIEW,
            call -> shown(reserved(book.now(), call))),
        put("ReservedIp", "reservedips/{id}/", Access.ADMIN, this::changeReserved),
        delete("ReservedIp", "reservedips/{id}/", Access.ADMIN, this::removeReserved),
        get("StaticRoutes", "static-routes/", "", Access.VIEW, _ -> routes()),
        post("StaticRoutes", "static-routes/", "", Access.ADMIN, this::addRoute),
        get(
            "StaticRoute",
            "static-routes/{id}/",
            "",
            Access.VIEW,
            call -> shown(route(book.now(), call))),
        put("StaticRoute", "static-routes/{id}/", Access.ADMIN, this::changeRoute),
        delete("StaticRoute", "static-routes/{id}/", Access.ADMIN, this::removeRoute));
  }

  private Reply shown(IpRange range) {
    return Dispatch.json(NetworkShape.range(book.now(), range));
  }

  private Reply shown(ReservedIp reserved) {
    return Dispatch.json(NetworkShape.reserved(book.now(), reserved));
  }

  private Reply shown(StaticRoute route) {
    return Dispatch.json(NetworkShape.route(book.now(), route));
  }

  private Reply ranges() {
    var now = book.now();
    return Dispatch.json(now.ranges().stream().map(r -> NetworkShape.range(now, r)).toList());
  }

  private static IpRange range(Topology all, Call call) {
    return Fields.row(
        call, "id", "IPRange", id -> all.ranges().stream().filter(r -> r.id() == id).findFirst());
  }

  private static long subnet(Topology all, Call call, InetAddress inside) {
    return Fields.filled(call, "subnet")
        .map(text ->
            all.subnetNamed(text)
                .orElseThrow(() -> new Rejected("subnet", "There is no subnet " + text + ".")))
        .or(() -> all.containing(inside))
        .orElseThrow(() -> new Rejected("subnet", "No subnet has this address: name one."))
        .id();
  }

  private Reply addRange(Call call) {
    var kind =
        switch (Fields.required(call, "type").toLowerCase(Locale.ROOT)) {
          case "dynamic" -> IpRange.Kind.DYNAMIC;
          case "reserved" -> IpRange.Kind.RESERVED;
          default -> throw new Rejected("type", "A range is dynamic or reserved.");
        };
    if (kind == IpRange.Kind.DYNAMIC) {
      administratorOnly(call);
    }
    var start = Fields.ip("start_ip", Fields.required(call, "start_ip"));
    var end = Fields.ip("end_ip", Fields.required(call, "end_ip"));
    return shown(
        book.<IpRange>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    new IpRange(
                        NetworkBook.NEW,
                        subnet(change.now(), call, start),
                        kind,
                        start,
                        end,
                        call.text("comment").orElse(""),
                        call.principal().username()))));
  }

  private static void administratorOnly(Call call) {
    if (call.principal().role() != Role.ADMIN) {
      throw new Problem(403, "Unable to change a dynamic IP range: it takes an administrator.");
    }
  }

  private static IpRange changeable(Topology all, Call call) {
    var range = range(all, call);
    if (range.kind() == IpRange.Kind.DYNAMIC
        || !range.username().equals(call.principal().username())) {
      administratorOnly(call);
    }
    return range;
  }

  private Reply changeRange(Call call) {
    return shown(
        book.<IpRange>change(
            Origin.of(call.request()),
            change -> {
              var was = changeable(change.now(), call);
              return change.save(
                  new IpRange(
                      was.id(),
                      was.subnetId(),
                      was.kind(),
                      Fields.ip(call, "start_ip").orElse(was.start()),
                      Fields.ip(call, "end_ip").orElse(was.end()),
                      call.text("comment").orElse(was.comment()),
                      was.username()));
            }));
  }

  private Reply removeRange(Call call) {
    book.change(
        Origin.of(call.request()),
        change -> {
          change.remove(changeable(change.now(), call));
          return true;
        });
    return Reply.none();
  }

  private Reply reserved() {
    var now = book.now();
    return Dispatch.json(now.reserved().stream().map(r -> NetworkShape.reserved(now, r)).toList());
  }

  private static ReservedIp reserved(Topology all, Call call) {
    return Fields.row(
        call,
        "id",
        "ReservedIP",
        id -> all.reserved().stream().filter(r -> r.id() == id).findFirst());
  }

  private Reply addReserved(Call call) {
    var ip = Fields.ip("ip", Fields.required(call, "ip"));
    var mac = Fields.mac("mac_address", Fields.required(call, "mac_address"));
    return shown(
        book.<ReservedIp>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    new ReservedIp(
                        NetworkBook.NEW,
                        subnet(change.now(), call, ip),
                        ip,
                        mac,
                        call.text("comment").orElse("")))));
  }

  private Reply changeReserved(Call call) {
    return shown(
        book.<ReservedIp>change(
            Origin.of(call.request()),
            change -> {
              var was = reserved(change.now(), call);
              return change.save(
                  new ReservedIp(
                      was.id(),
                      was.subnetId(),
                      Fields.ip(call, "ip").orElse(was.ip()),
                      Fields.filled(call, "mac_address")
                          .map(text -> Fields.mac("mac_address", text))
                          .orElse(was.mac()),
                      call.text("comment").orElse(was.comment())));
            }));
  }

  private Reply removeReserved(Call call) {
    book.change(
        Origin.of(call.request()),
        change -> {
          change.remove(reserved(change.now(), call));
          return true;
        });
    return Reply.none();
  }

  private Reply routes() {
    var now = book.now();
    return Dispatch.json(now.routes().stream().map(r -> NetworkShape.route(now, r)).toList());
  }

  private static StaticRoute route(Topology all, Call call) {
    return Fields.row(
        call,
        "id",
        "StaticRoute",
        id -> all.routes().stream().filter(r -> r.id() == id).findFirst());
  }

  private static long end(Topology all, String field, String text) {
    return all.subnetNamed(text)
        .orElseThrow(() -> new Rejected(field, "There is no subnet " + text + "."))
        .id();
  }

  private Reply addRoute(Call call) {
    var source = Fields.required(call, "source");
    var destination = Fields.required(call, "destination");
    var gateway = Fields.ip("gateway_ip", Fields.required(call, "gateway_ip"));
    return shown(
        book.<StaticRoute>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    new StaticRoute(
                        NetworkBook.NEW,
                        end(change.now(), "source", source),
                        end(change.now(), "destination", destination),
                        gateway,
                        Fields.number(call, "metric").orElse(0)))));
  }

  private Reply changeRoute(Call call) {
    return shown(
        book.<StaticRoute>change(
            Origin.of(call.request()),
            change -> {
              var now = change.now();
              var was = route(now, call);
              return change.save(
                  new StaticRoute(
                      was.id(),
                      Fields.filled(call, "source")
                          .map(text -> end(now, "source", text))
                          .orElse(was.sourceId()),
                      Fields.filled(call, "destination")
                          .map(text -> end(now, "destination", text))
                          .orElse(was.destinationId()),
                      Fields.ip(call, "gateway_ip").orElse(was.gateway()),
                      Fields.number(call, "metric").orElse(was.metric())));
            }));
  }

  private Reply removeRoute(Call call) {
    book.change(
        Origin.of(call.request()),
        change -> {
          change.remove(route(change.now(), call));
          return true;
        });
    return Reply.none();
  }
}
