package io.rackstead.catalog;

import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.image.Architecture;
import io.rackstead.image.Image;
import io.rackstead.image.ImageStore;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The images in our own API.
public final class CatalogApi {
  private final ImageStore images;

  public CatalogApi(ImageStore images) {
    this.images = images;
  }

  public List<Route> routes() {
    return List.of(Route.get("/api/images", Access.VIEW, this::list));
  }

  private Reply list(Request request) {
    return Reply.json(
        Map.of(
            "images",
            images.images().stream().map(CatalogApi::shown).toList(),
            "ephemeral",
            Arrays.stream(Architecture.values())
                .flatMap(arch -> images.ephemeral(arch).stream())
                .map(system ->
                    Map.of("arch", system.arch().debianName(), "version", system.version()))
                .toList()));
  }

  private static Map<String, Object> shown(Image image) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("id", image.id().toString());
    shown.put("arch", image.arch().debianName());
    shown.put("size_bytes", image.raw().sizeBytes());
    shown.put("compressed_bytes", image.compressed().sizeBytes());
    shown.put("sha256", image.raw().sha256());
    shown.put("built_at", image.builtAt());
    return shown;
  }
}
