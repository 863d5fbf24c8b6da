package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.image.Image;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.store.Tx;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// The images in the store, as MAAS's boot resources.
final class BootResourceOperations {
  private static final String ALL = "boot-resources/";
  private static final String ONE = "boot-resources/{id}/";
  private static final DateTimeFormatter VERSION =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final List<String> TYPES = List.of("synced", "uploaded");
  private final Parts parts;

  private record Numbered(long id, Image image) {}

  BootResourceOperations(Parts parts) {
    this.parts = parts;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("BootResources", ALL, "", Access.VIEW, this::list),
        // images are built or brought by hand: nothing is ever fetched behind one's back
        get("BootResources", ALL, "is_importing", Access.VIEW, _ -> Dispatch.json(false)),
        get("BootResource", ONE, "", Access.VIEW, this::read));
  }

  private List<Numbered> all() {
    return parts.images().images().stream()
        .map(image -> new Numbered(number(image), image))
        .toList();
  }

  /// The same for an image of that name and architecture, whatever is in it, as long as we live.
  private long number(Image image) {
    return parts
        .database()
        .read(tx -> number(tx, image))
        .orElseGet(() ->
            parts
                .database()
                .inTransaction(tx ->
                    number(tx, image)
                        .orElseGet(() ->
                            tx.insert(
                                "insert into boot_resource (osystem, series, arch, title) values (?, ?, ?, ?)",
                                image.id().osystem(),
                                image.id().series(),
                                image.arch().debianName(),
                                ""))));
  }

  private static Optional<Long> number(Tx tx, Image image) {
    return tx.one(
        "select id from boot_resource where osystem = ? and series = ? and arch = ?",
        row -> row.getLong(1),
        image.id().osystem(),
        image.id().series(),
        image.arch().debianName());
  }

  private Reply list(Call call) {
    var type = Fields.filled(call, "type");
    if (type.isPresent() && !TYPES.contains(type.get())) {
      throw new Problem(400, "'%s' is not a valid boot resource type.".formatted(type.get()));
    }
    return Dispatch.json(
        (type.equals(Optional.of("synced")) ? List.<Numbered>of() : all())
            .stream().map(BootResourceOperations::shape).toList());
  }

  private Reply read(Call call) {
    var one =
        Fields.row(
            call,
            "id",
            "BootResource",
            id -> all().stream().filter(numbered -> numbered.id() == id).findFirst());
    var shape = shape(one);
    var image = one.image();
    var file = new LinkedHashMap<String, Object>();
    file.put("filename", "root-dd");
    file.put("filetype", "root-dd");
    file.put("sha256", image.raw().sha256());
    file.put("size", image.raw().sizeBytes());
    file.put("complete", true);
    file.put("progress", 1.0);
    var version = VERSION.format(image.builtAt());
    var set = new LinkedHashMap<String, Object>();
    set.put("version", version);
    set.put("label", "uploaded");
    set.put("size", image.raw().sizeBytes());
    set.put("complete", true);
    set.put("progress", 1.0);
    set.put("files", Map.of("root-dd", file));
    shape.put("sets", Map.of(version, set));
    return Dispatch.json(shape);
  }

  private static Map<String, Object> shape(Numbered one) {
    var image = one.image();
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", one.id());
    shape.put("type", "Uploaded");
    shape.put("name", image.id().osystem() + "/" + image.id().series());
    shape.put("architecture", image.arch().debianName() + "/generic");
    shape.put("subarches", "generic");
    shape.put("title", image.id().toString());
    shape.put("last_deployed", Optional.empty());
    shape.put("resource_uri", Dispatch.ROOT + ALL + one.id() + "/");
    return shape;
  }
}
