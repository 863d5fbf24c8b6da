package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.archive.PackageArchive;
import io.rackstead.archive.PackageArchives;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Package repositories: what deployed systems install from.
final class ArchiveOperations {
  private static final String ALL = "package-repositories/";
  private static final String ONE = "package-repositories/{id}/";
  private final PackageArchives archives;

  ArchiveOperations(Parts parts) {
    archives = new PackageArchives(parts.database(), parts.clock());
  }

  List<MaasOperation> operations() {
    return List.of(
        get("PackageRepositories", ALL, "", Access.VIEW, _ -> list()),
        post("PackageRepositories", ALL, "", Access.ADMIN, this::create),
        get("PackageRepository", ONE, "", Access.VIEW, c -> Dispatch.json(shape(one(c)))),
        put("PackageRepository", ONE, Access.ADMIN, this::update),
        delete("PackageRepository", ONE, Access.ADMIN, this::remove));
  }

  private Reply list() {
    return Dispatch.json(archives.all().stream().map(ArchiveOperations::shape).toList());
  }

  private PackageArchive one(Call call) {
    return Fields.row(call, "id", "PackageRepository", archives::find);
  }

  private Reply create(Call call) {
    var asked = read(call, PackageArchive.named(Fields.required(call, "name")));
    Fields.required(call, "url");
    return Dispatch.json(shape(archives.create(asked, Origin.of(call.request()))));
  }

  private Reply update(Call call) {
    return Dispatch.json(
        shape(archives.update(one(call), before -> read(call, before), Origin.of(call.request()))));
  }

  private static PackageArchive read(Call call, PackageArchive before) {
    return new PackageArchive(
        before.id(),
        Fields.filled(call, "name").orElse(before.name()),
        Fields.filled(call, "url").orElse(before.url()),
        list(call, "distributions", before.distributions()),
        list(call, "disabled_pockets", before.disabledPockets()),
        list(call, "disabled_components", before.disabledComponents()),
        list(call, "components", before.components()),
        list(call, "arches", before.arches()),
        call.text("key").map(String::strip).orElse(before.key()),
        call.truth("disable_sources").orElse(before.disableSources()),
        call.truth("enabled").orElse(before.enabled()));
  }

  /// An empty text unsets it.
  private static List<String> list(Call call, String field, List<String> before) {
    return Fields.sent(call, field) ? call.list(field) : before;
  }

  private Reply remove(Call call) {
    archives.delete(one(call), Origin.of(call.request()));
    return Reply.none();
  }

  private static Map<String, Object> shape(PackageArchive archive) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", archive.id());
    shape.put("name", archive.name());
    shape.put("url", archive.url());
    shape.put("distributions", archive.distributions());
    shape.put("disabled_pockets", archive.disabledPockets());
    shape.put("disabled_components", archive.disabledComponents());
    shape.put("components", archive.components());
    shape.put("arches", archive.arches());
    shape.put("key", archive.key());
    shape.put("disable_sources", archive.disableSources());
    shape.put("enabled", archive.enabled());
    shape.put("resource_uri", Dispatch.ROOT + ALL + archive.id() + "/");
    return shape;
  }
}
