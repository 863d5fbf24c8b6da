package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.http.Encoding;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.place.Place;
import io.rackstead.place.Places;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// Zones and resource pools.
final class PlaceOperations {
  private static final String POOLS = "resourcepools/";
  private static final String POOL = "resourcepool/{id}/";
  private final Things things;

  PlaceOperations(Things things) {
    this.things = things;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Zones", "zones/", "", Access.VIEW, _ -> all(things.zones(), PlaceOperations::zone)),
        post(
            "Zones",
            "zones/",
            "",
            Access.ADMIN,
            call -> Dispatch.json(zone(create(call, things.zones())))),
        get("Zone", "zones/{name}/", "", Access.VIEW, call -> Dispatch.json(zone(zoneOf(call)))),
        put(
            "Zone",
            "zones/{name}/",
            Access.ADMIN,
            call -> Dispatch.json(zone(update(call, things.zones(), zoneOf(call))))),
        delete("Zone", "zones/{name}/", Access.ADMIN, this::removeZone),
        get(
            "ResourcePools",
            POOLS,
            "",
            Access.VIEW,
            _ -> all(things.pools(), PlaceOperations::pool)),
        post(
            "ResourcePools",
            POOLS,
            "",
            Access.ADMIN,
            call -> Dispatch.json(pool(create(call, things.pools())))),
        get("ResourcePool", POOL, "", Access.VIEW, call -> Dispatch.json(pool(poolOf(call)))),
        put("ResourcePool", POOL, Access.ADMIN, this::updatePool),
        delete("ResourcePool", POOL, Access.ADMIN, this::removePool),
        // the plural with a number is what one client asks for, and `pools/` another
        get(
            "ResourcePool",
            POOLS + "{id}/",
            "",
            Access.VIEW,
            call -> Dispatch.json(pool(poolOf(call)))),
        put("ResourcePool", POOLS + "{id}/", Access.ADMIN, this::updatePool),
        delete("ResourcePool", POOLS + "{id}/", Access.ADMIN, this::removePool),
        get(
            "ResourcePools",
            "pools/",
            "",
            Access.VIEW,
            _ -> all(things.pools(), PlaceOperations::pool)));
  }

  private static Reply all(Places places, Function<Place, Map<String, Object>> shape) {
    return Dispatch.json(places.list().stream().map(shape).toList());
  }

  static Map<String, Object> zone(Place zone) {
    return shape(zone, "zones/" + Encoding.encode(zone.name()) + "/");
  }

  static Map<String, Object> pool(Place pool) {
    return shape(pool, "resourcepool/" + pool.id() + "/");
  }

  private static Map<String, Object> shape(Place place, String uri) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", place.id());
    shape.put("name", place.name());
    shape.put("description", place.description());
    shape.put("resource_uri", Dispatch.ROOT + uri);
    return shape;
  }

  private Place zoneOf(Call call) {
    return things
        .zones()
        .find(call.part("name"))
        .orElseThrow(() -> new Problem(404, "No Zone matches the given query."));
  }

  private Place poolOf(Call call) {
    return things
        .pools()
        .byNameOrId(call.part("id"))
        .orElseThrow(() -> new Problem(404, "No ResourcePool matches the given query."));
  }

  private static Place create(Call call, Places places) {
    var name = name(call);
    return inWords(
        () -> places.create(name, call.text("description").orElse(""), Origin.of(call.request())));
  }

  private static String name(Call call) {
    return call.text("name")
        .filter(name -> !name.isEmpty())
        .orElseThrow(() -> FormErrors.of("name", "This field is required."));
  }

  private static Place update(Call call, Places places, Place before) {
    return inWords(() ->
        places.update(
            before,
            call.text("name").filter(name -> !name.isEmpty()).orElse(before.name()),
            call.text("description").orElse(before.description()),
            call.principal().actor(),
            Origin.of(call.request())));
  }

  private static Place inWords(Supplier<Place> change) {
    try {
      return change.get();
    } catch (Problem problem) {
      throw problem.status() == 400 ? FormErrors.of("name", problem.detail()) : problem;
    }
  }

  /// Removing what is not there is done already.
  private Reply removeZone(Call call) {
    things
        .zones()
        .find(call.part("name"))
        .ifPresent(zone ->
            things.zones().delete(zone, call.principal().actor(), Origin.of(call.request())));
    return Reply.none();
  }

  private Reply updatePool(Call call) {
    return Dispatch.json(pool(update(call, things.pools(), poolOf(call))));
  }

  private Reply removePool(Call call) {
    things.pools().delete(poolOf(call), call.principal().actor(), Origin.of(call.request()));
    return Reply.none();
  }
}
