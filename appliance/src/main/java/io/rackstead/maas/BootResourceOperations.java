package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.image.directory.StorageFull;
import io.rackstead.maas.BootResources.Resource;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.machine.Machine;
import io.rackstead.machine.State;
import io.rackstead.store.Tx;
import java.io.IOException;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// The images in the store, as MAAS's boot resources: read, uploaded whole or in pieces, removed.
final class BootResourceOperations {
  private static final String ALL = "boot-resources/";
  private static final String ONE = "boot-resources/{id}/";
  private static final DateTimeFormatter VERSION =
      DateTimeFormatter.ofPattern("yyyyMMddHHmmss", Locale.ROOT).withZone(ZoneOffset.UTC);
  private static final List<String> TYPES = List.of("synced", "uploaded");
  private final Parts parts;
  private final BootResources resources;
  private final Map<Long, Object> locks = new ConcurrentHashMap<>();

  BootResourceOperations(Parts parts) {
    this.parts = parts;
    this.resources = new BootResources(parts.database(), parts.images());
  }

  List<MaasOperation> operations() {
    return List.of(
        get("BootResources", ALL, "", Access.VIEW, this::list),
        post("BootResources", ALL, "", Access.EDIT, this::create),
        // images are built or brought by hand: nothing is ever fetched behind one's back
        get("BootResources", ALL, "is_importing", Access.VIEW, _ -> Dispatch.json(false)),
        post("BootResources", ALL, "import", Access.EDIT, _ -> nothingToImport()),
        post("BootResources", ALL, "stop_import", Access.EDIT, _ -> nothingToImport()),
        get("BootResource", ONE, "", Access.VIEW, call -> Dispatch.json(detail(one(call)))),
        delete("BootResource", ONE, Access.EDIT, this::remove),
        put("BootResourceFile", ONE + "upload/{file_id}/", Access.EDIT, this::piece));
  }

  private static Reply nothingToImport() {
    return Reply.text(
        200, "Nothing is imported: images are built on the appliance (images build), or uploaded.");
  }

  private Reply list(Call call) {
    var type = Fields.filled(call, "type");
    if (type.isPresent() && !TYPES.contains(type.get())) {
      throw new Problem(400, "'%s' is not a valid boot resource type.".formatted(type.get()));
    }
    return Dispatch.json(
        (type.equals(Optional.of("synced")) ? List.<Resource>of() : resources.all())
            .stream().map(BootResourceOperations::shape).toList());
  }

  private Resource one(Call call) {
    return Fields.row(call, "id", "BootResource", resources::find);
  }

  private Reply create(Call call) {
    var announced = Announcement.read(call, parts.clock().instant());
    var resource =
        parts
            .database()
            .inTransaction(tx -> {
              var kept = resources.announce(tx, announced);
              audit(tx, call, "announced the upload of " + kept.name());
              return kept;
            });
    carryOut(() -> parts.uploads().forget(resource.id()));
    announced.content().ifPresent(content -> take(call, resource, content));
    return Dispatch.json(201, detail(resources.find(resource.id()).orElse(resource)));
  }

  /// The next piece of an upload, of any size that a request may have.
  private Reply piece(Call call) {
    var resource = one(call);
    if (!call.part("file_id").equals(String.valueOf(resource.id()))) {
      throw Fields.none("BootResourceFile");
    }
    take(call, resource, call.request().body());
    return Dispatch.ok();
  }

  /// Takes a piece, and with the last one the whole image into the store: what is wrong with it is
  /// told to whoever sent that.
  private void take(Call call, Resource resource, byte[] piece) {
    synchronized (locks.computeIfAbsent(resource.id(), _ -> new Object())) {
      var upload =
          resources
              .find(resource.id())
              .flatMap(Resource::upload)
              .orElseThrow(
                  () -> new Problem(409, resource.name() + " is complete: nothing more is taken"));
      var announced = upload.announced();
      carryOut(() -> {
        if (parts.uploads().append(resource.id(), announced, piece) < announced.sizeBytes()) {
          return;
        }
        parts.uploads().finish(resource.id(), announced, resource.name(), resource.arch());
        parts
            .database()
            .change(tx -> {
              resources.complete(tx, resource);
              audit(tx, call, "uploaded the image " + resource.name());
            });
      });
    }
  }

  private Reply remove(Call call) {
    var resource = one(call);
    var writing =
        parts.machines().list().stream()
            .filter(machine -> machine.state() == State.DEPLOYING)
            .filter(machine ->
                machine.deployment().filter(d -> d.image().equals(resource.name())).isPresent())
            .map(Machine::hostname)
            .collect(Collectors.joining(", "));
    if (!writing.isEmpty()) {
      throw new Problem(409, resource.name() + " is being written to " + writing);
    }
    synchronized (locks.computeIfAbsent(resource.id(), _ -> new Object())) {
      carryOut(() -> {
        parts.uploads().forget(resource.id());
        if (resource.image().isPresent()) {
          parts.images().remove(resource.name(), resource.arch());
        }
      });
      parts
          .database()
          .change(tx -> {
            resources.remove(tx, resource);
            audit(tx, call, "removed the image " + resource.name());
          });
    }
    return Reply.none();
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void carryOut(Work work) {
    try {
      work.run();
    } catch (StorageFull e) {
      throw new Problem(503, String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private void audit(Tx tx, Call call, String what) {
    Audit.write(tx, parts.clock().instant(), Origin.of(call.request()), what);
  }

  private Map<String, Object> detail(Resource one) {
    var sets = new LinkedHashMap<String, Object>();
    one.image()
        .ifPresent(image ->
            set(
                sets,
                VERSION.format(image.builtAt()),
                image.raw().sizeBytes(),
                image.raw().sha256(),
                image.raw().sizeBytes(),
                _ -> {}));
    one.upload()
        .ifPresent(upload ->
            set(
                sets,
                VERSION.format(upload.at()),
                upload.announced().sizeBytes(),
                upload.announced().sha256(),
                parts.uploads().received(one.id()),
                file ->
                    file.put(
                        "upload_uri",
                        Dispatch.ROOT + ALL + one.id() + "/upload/" + one.id() + "/")));
    var shape = shape(one);
    shape.put("sets", sets);
    return shape;
  }

  private static void set(
      Map<String, Object> sets,
      String version,
      long size,
      String sha256,
      long there,
      Consumer<Map<String, Object>> more) {
    boolean complete = there == size;
    double progress = size == 0 ? 1 : (double) there / size;
    var file = new LinkedHashMap<String, Object>();
    file.put("filename", "root-dd");
    file.put("filetype", "root-dd");
    file.put("sha256", sha256);
    file.put("size", size);
    file.put("complete", complete);
    file.put("progress", progress);
    more.accept(file);
    var set = new LinkedHashMap<String, Object>();
    set.put("version", version);
    set.put("label", "uploaded");
    set.put("size", size);
    set.put("complete", complete);
    set.put("progress", progress);
    set.put("files", Map.of("root-dd", file));
    sets.put(version, set);
  }

  private static Map<String, Object> shape(Resource one) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("id", one.id());
    shape.put("type", "Uploaded");
    shape.put("name", one.name().toString());
    shape.put("architecture", one.arch().debianName() + "/generic");
    shape.put("subarches", "generic");
    shape.put("title", one.title().isEmpty() ? one.name().toString() : one.title());
    shape.put("last_deployed", Optional.empty());
    shape.put("resource_uri", Dispatch.ROOT + ALL + one.id() + "/");
    return shape;
  }
}
