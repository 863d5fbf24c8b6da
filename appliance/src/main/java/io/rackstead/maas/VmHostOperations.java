package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Secret;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.libvirt.LibvirtUri;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Event;
import io.rackstead.network.Rejected;
import io.rackstead.place.Place;
import io.rackstead.vmhost.VmHost;
import io.rackstead.vmhost.VmHosts;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/// VM hosts, under both of their names: libvirt's, spoken to by SSH and virsh.
final class VmHostOperations {
  private static final double MOST_RATIO = 10;

  private final Parts parts;
  private final MachineOperations machines;
  private final VmHosts hosts;

  VmHostOperations(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.machines = machines;
    this.hosts = parts.surroundings().vmHosts();
  }

  List<MaasOperation> operations() {
    var operations = new ArrayList<MaasOperation>();
    operations.addAll(tree("Pod", "pods/"));
    operations.addAll(tree("VmHost", "vm-hosts/"));
    return operations;
  }

  private List<MaasOperation> tree(String resource, String all) {
    var one = all + "{id}/";
    Function<VmHost, Reply> shown = host -> Dispatch.json(VmHostShape.of(parts, host, all));
    return List.of(
        get(resource + "s", all, "", Access.VIEW, _ -> list(all)),
        post(resource + "s", all, "", Access.ADMIN, call -> shown.apply(create(call))),
        get(resource, one, "", Access.VIEW, call -> shown.apply(host(call, resource))),
        put(resource, one, Access.ADMIN, call -> shown.apply(update(call, host(call, resource)))),
        delete(resource, one, Access.ADMIN, call -> remove(call, host(call, resource))),
        get(
            resource,
            one,
            "parameters",
            Access.ADMIN,
            call -> parameters(call, host(call, resource))),
        post(resource, one, "compose", Access.ADMIN, call -> compose(call, host(call, resource))),
        post(
            resource,
            one,
            "refresh",
            Access.ADMIN,
            call -> shown.apply(asked(() -> hosts.refresh(host(call, resource))))),
        post(
            resource,
            one,
            "add_tag",
            Access.ADMIN,
            call -> shown.apply(tagged(call, host(call, resource), true))),
        post(
            resource,
            one,
            "remove_tag",
            Access.ADMIN,
            call -> shown.apply(tagged(call, host(call, resource), false))));
  }

  private VmHost host(Call call, String resource) {
    return Fields.row(call, "id", resource, hosts::find);
  }

  private Reply list(String tree) {
    return Dispatch.json(
        hosts.list().stream().map(host -> VmHostShape.of(parts, host, tree)).toList());
  }

  /// What a host does not answer, or refuses, in its own words.
  private static <T> T asked(Supplier<T> what) {
    try {
      return what.get();
    } catch (BmcException e) {
      throw new Problem(503, String.valueOf(e.getMessage()), e);
    }
  }

  private VmHost create(Call call) {
    var type = Fields.required(call, "type");
    if (!type.equals("virsh")) {
      throw new Rejected(
          "type", "'" + type + "' is not spoken here: a VM host is of type virsh (libvirt).");
    }
    var uri = uri(Fields.required(call, "power_address"), call);
    var wanted =
        edited(
            call,
            new VmHost(
                0,
                freeName(uri),
                uri.host(),
                uri.user(),
                Place.DEFAULT,
                Place.DEFAULT,
                List.of(),
                1,
                1,
                Optional.empty(),
                VmHosts.UNSEEN));
    return asked(() -> hosts.add(Origin.of(call.request()), wanted, password(call)));
  }

  private static LibvirtUri uri(String text, Call call) {
    try {
      var uri = LibvirtUri.parse(text);
      return Fields.filled(call, "power_user")
          .map(user -> LibvirtUri.parse(new LibvirtUri(uri.host(), user).toString()))
          .orElse(uri);
    } catch (IllegalArgumentException e) {
      throw new Rejected("power_address", String.valueOf(e.getMessage()));
    }
  }

  private String freeName(LibvirtUri uri) {
    var base = uri.host().host().replaceAll("[^A-Za-z0-9.-]", "-");
    var taken = hosts.list().stream().map(VmHost::name).toList();
    var name = base;
    for (int i = 2; taken.contains(name); i++) {
      name = base + "-" + i;
    }
    return name;
  }

  private static Optional<Secret> password(Call call) {
    return call.text("power_pass").map(Secret::of);
  }

  private VmHost update(Call call, VmHost host) {
    var uri = Fields.filled(call, "power_address").map(text -> uri(text, call));
    UnaryOperator<VmHost> how =
        before ->
            edited(
                call,
                uri.map(now ->
                        new VmHost(
                            before.id(),
                            before.name(),
                            now.host(),
                            now.user(),
                            before.zone(),
                            before.pool(),
                            before.tags(),
                            before.coreRatio(),
                            before.memoryRatio(),
                            before.defaultPool(),
                            before.seen()))
                    .orElse(before));
    boolean elsewhere = uri.isPresent() && !uri.get().equals(host.uri());
    if (elsewhere && !hosts.machinesOn(host).isEmpty()) {
      throw new Rejected(
          "power_address",
          "machines that are composed on it are switched at "
              + host.uri()
              + ": delete them first.");
    }
    var changed = hosts.change(Origin.of(call.request()), host, how, password(call));
    return elsewhere ? asked(() -> hosts.refresh(changed)) : changed;
  }

  private VmHost edited(Call call, VmHost before) {
    var zone = Fields.filled(call, "zone").orElse(before.zone());
    if (parts.things().zones().find(zone).isEmpty()) {
      throw new Rejected("zone", "There is no zone " + zone + ".");
    }
    var pool =
        Fields.filled(call, "pool")
            .map(text ->
                parts
                    .things()
                    .pools()
                    .byNameOrId(text)
                    .orElseThrow(() -> new Rejected("pool", "There is no pool " + text + "."))
                    .name())
            .orElse(before.pool());
    var name = Fields.filled(call, "name").orElse(before.name());
    if (!name.matches("[A-Za-z0-9][A-Za-z0-9._-]{0,99}")) {
      throw new Rejected("name", "Letters, digits and ._- only.");
    }
    return new VmHost(
        before.id(),
        name,
        before.address(),
        before.user(),
        zone,
        pool,
        Fields.sent(call, "tags") ? tags(call, "tags") : before.tags(),
        ratio(call, "cpu_over_commit_ratio", before.coreRatio()),
        ratio(call, "memory_over_commit_ratio", before.memoryRatio()),
        Fields.filled(call, "default_storage_pool")
            .map(text -> poolOf(before, text))
            .or(before::defaultPool),
        before.seen());
  }

  private static String poolOf(VmHost host, String text) {
    return host.seen().pools().stream()
        .filter(pool -> pool.uuid().equals(text) || pool.name().equals(text))
        .findFirst()
        .orElseThrow(() -> new Rejected("default_storage_pool", "It has no pool " + text + "."))
        .uuid();
  }

  private static double ratio(Call call, String field, double before) {
    double ratio = call.number(field).orElse(before);
    if (!(ratio > 0 && ratio <= MOST_RATIO)) {
      throw new Rejected(field, "More than 0, and at most 10.");
    }
    return ratio;
  }

  private static List<String> tags(Call call, String field) {
    var tags = new LinkedHashSet<>(call.list(field));
    for (var tag : tags) {
      if (!tag.matches("[A-Za-z0-9_.-]{1,100}")) {
        throw new Rejected(field, "A tag has letters, digits and _.- only.");
      }
    }
    return List.copyOf(tags);
  }

  private VmHost tagged(Call call, VmHost host, boolean with) {
    Fields.required(call, "tag");
    var tags = tags(call, "tag");
    return hosts.change(
        Origin.of(call.request()),
        host,
        before -> {
          var all = new LinkedHashSet<>(before.tags());
          if (with) {
            all.addAll(tags);
          } else {
            tags.forEach(all::remove);
          }
          return before.withTags(List.copyOf(all));
        },
        Optional.empty());
  }

  /// All text: some clients can read nothing else here. The key is ours to tell: it opens for us.
  private Reply parameters(Call call, VmHost host) {
    parts
        .database()
        .change(tx ->
            Audit.write(
                tx,
                parts.clock().instant(),
                Origin.of(call.request()),
                "read the power parameters of VM host " + host.name()));
    Map<String, String> shape = new LinkedHashMap<>();
    shape.put("power_address", host.uri().toString());
    shape.put("power_pass", hosts.password(host).map(Secret::reveal).orElse(""));
    shape.put("public_key", hosts.publicKey());
    return Dispatch.json(shape);
  }

  private Reply compose(Call call, VmHost host) {
    var hostname = machines.freeHostname(call);
    var wish =
        ComposeWish.of(
            call,
            hostname,
            keys ->
                HostBridges.named(
                    host,
                    hosts.machineOf(host).map(machine -> machine.node().interfaces()),
                    parts.networks().now(),
                    keys));
    var places = machines.placesFor(call, host.zone(), host.pool());
    var made =
        asked(() ->
            parts
                .surroundings()
                .composing()
                .compose(
                    host,
                    wish,
                    call.principal().actor(),
                    (tx, machine) ->
                        Audit.write(
                            tx,
                            parts.clock().instant(),
                            Origin.of(call.request()),
                            "composed %s (%s) on VM host %s"
                                .formatted(machine.hostname(), machine.id(), host.name()))));
    var placed = machines.placed(call, made, places);
    var machine =
        call.truth("skip_commissioning").orElse(false)
            ? placed
            : parts.verbs().apply(call.request(), placed, new Event.Commission());
    var shape = new LinkedHashMap<String, Object>();
    shape.put("system_id", machine.id().text());
    shape.put("resource_uri", MachineShape.uri(machine));
    return Dispatch.json(shape);
  }

  /// The machines that were composed on it stay, unless they are to be decomposed as well.
  private Reply remove(Call call, VmHost host) {
    var composed = hosts.machinesOn(host);
    if (call.truth("decompose").orElse(false)) {
      for (var machine : composed) {
        machines.remove(call, machine);
      }
    }
    hosts.forget(Origin.of(call.request()), host);
    return Reply.none();
  }
}
