package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.network.Rejected;
import io.rackstead.node.Assembling;
import io.rackstead.node.Storage;
import io.rackstead.node.Volumes.Bcache;
import io.rackstead.node.Volumes.CacheSet;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/// Bcaches of a machine, and the cache sets that they are fast by.
final class BcacheOperations {
  private static final String SETS = "nodes/{system_id}/bcache-cache-sets/";
  private static final String SET = "nodes/{system_id}/bcache-cache-set/{id}/";
  private static final String SAME_SET = "nodes/{system_id}/bcache-cache-sets/{id}/";
  private static final String ALL = "nodes/{system_id}/bcaches/";
  private static final String ONE = "nodes/{system_id}/bcache/{id}/";
  private static final String SAME = "nodes/{system_id}/bcaches/{id}/";
  private final NodeEdits edits;
  private final VolumeCalls<CacheSet> sets;
  private final VolumeCalls<Bcache> bcaches;

  BcacheOperations(MachineOperations machines, NodeEdits edits) {
    this.edits = edits;
    sets = new VolumeCalls<>(machines, edits, "BcacheCacheSet", Storage::cacheSets);
    bcaches = new VolumeCalls<>(machines, edits, "Bcache", Storage::bcaches);
  }

  List<MaasOperation> operations() {
    var all = new ArrayList<>(sets.operations(SETS, List.of(SET, SAME_SET)));
    all.addAll(bcaches.operations(ALL, List.of(ONE, SAME)));
    all.add(post("BcacheCacheSets", SETS, "", Access.OPERATE, this::createSet));
    all.add(put("BcacheCacheSet", SET, Access.OPERATE, this::updateSet));
    all.add(put("BcacheCacheSet", SAME_SET, Access.OPERATE, this::updateSet));
    all.add(post("Bcaches", ALL, "", Access.OPERATE, this::create));
    all.add(put("Bcache", ONE, Access.OPERATE, this::update));
    all.add(put("Bcache", SAME, Access.OPERATE, this::update));
    return all;
  }

  private static Rejected halfMissing(String what) {
    return new Rejected(
        "__all__", "Either " + what + "_device or " + what + "_partition must be specified.");
  }

  private Reply createSet(Call call) {
    var machine = edits.storable(call);
    long device = VolumeCalls.half(call, machine, "cache").orElseThrow(() -> halfMissing("cache"));
    long id = edits.number();
    var made =
        new CacheSet(
            id,
            VolumeCalls.name(call, machine.node().storage(), "cache"),
            UUID.randomUUID().toString(),
            device);
    return sets.shown(
        sets.change(
            call,
            machine,
            "made the cache set " + made.name(),
            s -> Assembling.put(s, made, edits.numbers())),
        id);
  }

  private Reply updateSet(Call call) {
    var machine = edits.storable(call);
    var before = sets.one(call, machine);
    var after =
        new CacheSet(
            before.id(),
            before.name(),
            before.uuid(),
            VolumeCalls.half(call, machine, "cache").orElse(before.device()));
    return sets.shown(
        sets.change(
            call,
            machine,
            "changed the cache set " + before.name(),
            s -> Assembling.put(s, after, edits.numbers())),
        after.id());
  }

  private static long set(Machine machine, String text) {
    return machine.node().storage().cacheSets().stream()
        .filter(c -> Long.toString(c.id()).equals(text) || c.name().equals(text))
        .findFirst()
        .map(CacheSet::id)
        .orElseThrow(() ->
            new Rejected(
                "cache_set",
                "Select a valid choice. '" + text + "' is not one of the available choices."));
  }

  /// Without a word about it, the only cache set there is.
  private Reply create(Call call) {
    var machine = edits.storable(call);
    var storage = machine.node().storage();
    long set =
        Fields.filled(call, "cache_set")
            .map(text -> set(machine, text))
            .or(() ->
                storage.cacheSets().size() == 1
                    ? storage.cacheSets().stream().map(CacheSet::id).findFirst()
                    : java.util.Optional.empty())
            .orElseThrow(() -> new Rejected("cache_set", "Bcache requires a cache_set."));
    long backing =
        VolumeCalls.half(call, machine, "backing").orElseThrow(() -> halfMissing("backing"));
    var made =
        new Bcache(
            edits.number(),
            VolumeCalls.name(call, storage, "bcache"),
            VolumeCalls.uuid(call, UUID.randomUUID().toString()),
            set,
            backing,
            Fields.filled(call, "cache_mode").orElse("writethrough"));
    return bcaches.shown(
        bcaches.change(
            call,
            machine,
            "made the bcache " + made.name(),
            s -> Assembling.put(s, made, edits.numbers())),
        made.id());
  }

  private Reply update(Call call) {
    var machine = edits.storable(call);
    var before = bcaches.one(call, machine);
    var after =
        new Bcache(
            before.id(),
            Fields.filled(call, "name").orElse(before.name()),
            VolumeCalls.uuid(call, before.uuid()),
            Fields.filled(call, "cache_set")
                .map(text -> set(machine, text))
                .orElse(before.cacheSet()),
            VolumeCalls.half(call, machine, "backing").orElse(before.backing()),
            Fields.filled(call, "cache_mode").orElse(before.mode()));
    return bcaches.shown(
        bcaches.change(
            call,
            machine,
            "changed the bcache " + before.name(),
            s -> Assembling.put(s, after, edits.numbers())),
        after.id());
  }
}
