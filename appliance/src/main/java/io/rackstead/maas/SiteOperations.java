package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;

import io.rackstead.access.Origin;
import io.rackstead.file.StoredFiles.StoredFile;
import io.rackstead.http.Encoding;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The site's settings, and the files that clients keep with us.
final class SiteOperations {
  private static final String FILES = "files/";
  private static final String FILE = "files/{filename}/";
  private final Parts parts;

  SiteOperations(Parts parts) {
    this.parts = parts;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Maas", "maas/", "get_config", Access.VIEW, this::config),
        post("Maas", "maas/", "set_config", Access.ADMIN, this::setConfig),
        get("Files", FILES, "", Access.VIEW, this::list),
        post("Files", FILES, "", Access.VIEW, this::store),
        get("Files", FILES, "get", Access.VIEW, call -> raw(mine(call, call.wanted("filename")))),
        get("Files", FILES, "get_by_key", Access.VIEW, this::byKey),
        delete("Files", FILES, Access.VIEW, call -> remove(call, call.wanted("filename"))),
        get("File", FILE, "", Access.VIEW, this::read),
        delete("File", FILE, Access.VIEW, call -> remove(call, call.part("filename"))));
  }

  private Reply config(Call call) {
    var name = call.wanted("name");
    return Dispatch.json(
        parts
            .things()
            .settings()
            .get(name)
            .orElseThrow(() -> FormErrors.of(name, name + " is not a valid config setting.")));
  }

  private Reply setConfig(Call call) {
    var name = call.wanted("name");
    try {
      parts
          .things()
          .settings()
          .set(
              name,
              call.text("value").orElseThrow(() -> new Problem(400, "No provided value!")),
              Origin.of(call.request()));
    } catch (Problem problem) {
      throw FormErrors.of(name, problem.detail());
    }
    return Dispatch.ok();
  }

  private static Map<String, Object> shape(StoredFile file) {
    var shape = new LinkedHashMap<String, Object>();
    shape.put("filename", file.filename());
    shape.put("anon_resource_uri", Dispatch.ROOT + FILES + "?op=get_by_key&key=" + file.key());
    shape.put("resource_uri", Dispatch.ROOT + FILES + Encoding.encode(file.filename()) + "/");
    return shape;
  }

  private Reply list(Call call) {
    return Dispatch.json(
        parts
            .things()
            .files()
            .list(call.principal().username(), call.text("prefix").orElse(""))
            .stream()
            .map(SiteOperations::shape)
            .toList());
  }

  private StoredFile mine(Call call, String filename) {
    return parts
        .things()
        .files()
        .find(call.principal().username(), filename)
        .orElseThrow(() -> new Problem(404, "No File matches the given query."));
  }

  private Reply store(Call call) {
    var filename = call.wanted("filename");
    var content = call.content("file").orElseThrow(() -> new Problem(400, "File not supplied"));
    parts
        .things()
        .files()
        .put(call.principal().username(), filename, content, Origin.of(call.request()));
    return Reply.text(201, "");
  }

  private Reply read(Call call) {
    var file = mine(call, call.part("filename"));
    var shape = shape(file);
    shape.put("content", Base64.getEncoder().encodeToString(file.content()));
    return Dispatch.json(shape);
  }

  private Reply byKey(Call call) {
    return raw(
        parts
            .things()
            .files()
            .byKey(call.wanted("key"))
            .orElseThrow(() -> new Problem(404, "No File matches the given query.")));
  }

  private static Reply raw(StoredFile file) {
    return Reply.bytes("application/octet-stream", file.content());
  }

  private Reply remove(Call call, String filename) {
    mine(call, filename);
    parts.things().files().delete(call.principal().username(), filename, Origin.of(call.request()));
    return Reply.none();
  }
}
