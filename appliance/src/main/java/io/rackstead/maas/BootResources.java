package io.rackstead.maas;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.rackstead.http.Json;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageId;
import io.rackstead.image.ImageStore;
import io.rackstead.image.directory.Uploads;
import io.rackstead.maas.Announcement.Upload;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The images that are there and those that are on their way, each with a number that stays the
/// same for an image of that name and architecture, whatever is in it.
final class BootResources {
  private final Database database;
  private final ImageStore images;

  /// @param upload while it is not all there
  record Resource(
      long id,
      ImageId name,
      Architecture arch,
      String title,
      Optional<Upload> upload,
      Optional<Image> image) {}

  private record Row(
      long id, ImageId name, Architecture arch, String title, Optional<Upload> upload) {
    boolean is(ImageId other, Architecture its) {
      return name.equals(other) && arch == its;
    }
  }

  BootResources(Database database, ImageStore images) {
    this.database = database;
    this.images = images;
  }

  List<Resource> all() {
    var there = images.images();
    var rows = database.read(BootResources::rows);
    var nameless =
        there.stream()
            .filter(image -> rows.stream().noneMatch(row -> row.is(image.id(), image.arch())))
            .toList();
    var complete =
        nameless.isEmpty()
            ? rows
            : database.inTransaction(tx -> {
              nameless.forEach(image -> {
                var _ = number(tx, image.id(), image.arch(), "");
              });
              return rows(tx);
            });
    return complete.stream()
        .map(row ->
            new Resource(
                row.id,
                row.name,
                row.arch,
                row.title,
                row.upload,
                there.stream()
                    .filter(image -> row.name.equals(image.id()) && row.arch == image.arch())
                    .findFirst()))
        // a row whose image was taken away on the command line is only its number
        .filter(one -> one.image.isPresent() || one.upload.isPresent())
        .toList();
  }

  Optional<Resource> find(long id) {
    return all().stream().filter(one -> one.id == id).findFirst();
  }

  Resource announce(Tx tx, Announcement announced) {
    long id = number(tx, announced.name(), announced.arch(), announced.title());
    var upload = announced.upload();
    var json = JsonNodeFactory.instance.objectNode();
    json.put("sha256", upload.announced().sha256()).put("size", upload.announced().sizeBytes());
    json.put("filetype", upload.announced().filetype()).put("at", upload.at().toString());
    tx.change(
        "update boot_resource set title = ?, upload = ? where id = ?",
        announced.title(),
        Json.text(json),
        id);
    return new Resource(
        id,
        announced.name(),
        announced.arch(),
        announced.title(),
        Optional.of(upload),
        Optional.empty());
  }

  void complete(Tx tx, Resource resource) {
    tx.change("update boot_resource set upload = null where id = ?", resource.id());
  }

  void remove(Tx tx, Resource resource) {
    tx.change("delete from boot_resource where id = ?", resource.id());
  }

  private static long number(Tx tx, ImageId name, Architecture arch, String title) {
    return tx.one(
            "select id from boot_resource where osystem = ? and series = ? and arch = ?",
            row -> row.getLong(1),
            name.osystem(),
            name.series(),
            arch.debianName())
        .orElseGet(() ->
            tx.insert(
                "insert into boot_resource (osystem, series, arch, title) values (?, ?, ?, ?)",
                name.osystem(),
                name.series(),
                arch.debianName(),
                title));
  }

  private static List<Row> rows(Tx tx) {
    return tx.list(
        "select id, osystem, series, arch, title, upload from boot_resource order by id",
        row ->
            new Row(
                row.getLong(1),
                new ImageId(row.getString(2), row.getString(3)),
                Architecture.parse(row.getString(4)),
                row.getString(5),
                Optional.ofNullable(row.getString(6)).map(BootResources::upload)));
  }

  private static Upload upload(String text) {
    var json = Json.parse(text.getBytes(StandardCharsets.UTF_8));
    return new Upload(
        new Uploads.Announced(
            json.path("sha256").asText(),
            json.path("size").asLong(),
            json.path("filetype").asText()),
        Instant.parse(json.path("at").asText()));
  }
}
