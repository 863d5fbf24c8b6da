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
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Verbs;
import io.rackstead.tag.Definition.BadDefinition;
import io.rackstead.tag.Tag;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

/// Tags, and the machines that carry them.
final class TagOperations {
  private static final String ALL = "tags/";
  private static final String ONE = "tags/{name}/";
  private final Parts parts;
  private final MachineOperations machines;

  TagOperations(Parts parts, MachineOperations machines) {
    this.parts = parts;
    this.machines = machines;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Tags", ALL, "", Access.VIEW, _ -> list()),
        post("Tags", ALL, "", Access.ADMIN, this::create),
        get("Tag", ONE, "", Access.VIEW, call -> Dispatch.json(shape(tag(call)))),
        put("Tag", ONE, Access.ADMIN, this::update),
        delete("Tag", ONE, Access.ADMIN, this::remove),
        get("Tag", ONE, "machines", Access.VIEW, this::machines),
        get("Tag", ONE, "nodes", Access.VIEW, this::machines),
        get("Tag", ONE, "devices", Access.VIEW, this::none),
        get("Tag", ONE, "rack_controllers", Access.VIEW, this::none),
        get("Tag", ONE, "region_controllers", Access.VIEW, this::none),
        post("Tag", ONE, "update_nodes", Access.OPERATE, this::updateNodes),
        post("Tag", ONE, "rebuild", Access.ADMIN, this::rebuild));
  }

  private Reply list() {
    return Dispatch.json(parts.things().tags().list().stream().map(TagOperations::shape).toList());
  }

  private static Map<String, Object> shape(Tag tag) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("name", tag.name());
    shape.put("definition", tag.definition());
    shape.put("comment", tag.comment());
    shape.put("kernel_opts", tag.kernelOpts());
    shape.put("resource_uri", Dispatch.ROOT + "tags/" + Encoding.encode(tag.name()) + "/");
    return shape;
  }

  private Tag tag(Call call) {
    return parts
        .things()
        .tags()
        .find(call.part("name"))
        .orElseThrow(() -> new Problem(404, "No Tag matches the given query."));
  }

  private static Tag changed(Call call, Tag before) {
    return new Tag(
        call.text("name").filter(name -> !name.isEmpty()).orElse(before.name()),
        call.text("comment").orElse(before.comment()),
        call.text("definition").map(String::strip).orElse(before.definition()),
        call.text("kernel_opts").map(String::strip).orElse(before.kernelOpts()));
  }

  private Reply create(Call call) {
    var tag = changed(call, new Tag("", "", "", ""));
    return shown(() -> parts.things().tags().create(tag, Origin.of(call.request())));
  }

  private Reply update(Call call) {
    var before = tag(call);
    return shown(() ->
        parts.things().tags().update(before, changed(call, before), Origin.of(call.request())));
  }

  private static Reply shown(Supplier<Tag> change) {
    try {
      return Dispatch.json(shape(change.get()));
    } catch (BadDefinition e) {
      throw FormErrors.of("definition", "Invalid definition: " + e.getMessage());
    } catch (Problem problem) {
      throw problem.status() == 400 ? FormErrors.of("name", problem.detail()) : problem;
    }
  }

  private Reply remove(Call call) {
    parts.things().tags().delete(tag(call), call.principal().actor(), Origin.of(call.request()));
    return Reply.none();
  }

  private Reply machines(Call call) {
    var name = tag(call).name();
    return machines.shown(
        machines.visible(call).stream()
            .filter(machine -> machine.labels().tags().contains(name))
            .toList());
  }

  /// Only machines carry tags here.
  private Reply none(Call call) {
    tag(call);
    return Dispatch.json(List.of());
  }

  private Reply updateNodes(Call call) {
    Verbs.mustOperate(call.request());
    var tag = tag(call);
    var definition = call.text("definition").filter(text -> !text.isEmpty());
    if (definition.isPresent() && !definition.get().equals(tag.definition())) {
      throw new Problem(
          409,
          "Definition supplied '%s' doesn't match current definition '%s'"
              .formatted(definition.get(), tag.definition()));
    }
    try {
      var counts =
          parts
              .things()
              .tags()
              .give(
                  tag,
                  ids(call, "add"),
                  ids(call, "remove"),
                  call.principal().actor(),
                  Origin.of(call.request()));
      return Dispatch.json(new LinkedHashMap<>(Map.of("added", counts[0], "removed", counts[1])));
    } catch (Problem problem) {
      throw problem.status() == 400 ? FormErrors.of("name", problem.detail()) : problem;
    }
  }

  /// What is not there, or not theirs to see, is left out, as MAAS does.
  private Set<MachineId> ids(Call call, String field) {
    var ids = new LinkedHashSet<MachineId>();
    for (var id : call.list(field)) {
      machines.find(call, id).ifPresent(machine -> ids.add(machine.id()));
    }
    return ids;
  }

  private Reply rebuild(Call call) {
    var tag = tag(call);
    parts.things().tags().rebuild(tag, Origin.of(call.request()));
    return Dispatch.json(Map.of("rebuilding", tag.name()));
  }
}
