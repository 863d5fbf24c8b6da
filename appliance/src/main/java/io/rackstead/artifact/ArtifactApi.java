package io.rackstead.artifact;

import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Artifacts in our own API: declared, looked at, uploaded piece by piece, fetched again, removed.
public final class ArtifactApi {
  private final Artifacts artifacts;
  private final Function<String, Optional<String>> usedBy;

  /// @param usedBy which cluster wants an artifact of that name
  public ArtifactApi(Artifacts artifacts, Function<String, Optional<String>> usedBy) {
    this.artifacts = artifacts;
    this.usedBy = usedBy;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/artifacts", Access.VIEW, _ -> list()),
        Route.get("/api/artifacts/{name}", Access.VIEW, r -> Reply.json(shown(artifact(r)))),
        Route.put("/api/artifacts/{name}", Access.EDIT, this::declare),
        Route.put("/api/artifacts/{name}/content", Access.EDIT, this::upload),
        Route.post("/api/artifacts/{name}/fetch", Access.EDIT, this::again),
        Route.delete("/api/artifacts/{name}", Access.EDIT, this::remove));
  }

  private Reply list() {
    return Reply.json(
        Map.of("artifacts", artifacts.list().stream().map(ArtifactApi::shown).toList()));
  }

  private Declared artifact(Request request) {
    return artifacts.mustFind(request.part("name"));
  }

  private static Map<String, Object> shown(Declared declared) {
    var shown = new LinkedHashMap<String, Object>();
    shown.put("name", declared.name());
    shown.put("url", declared.url());
    shown.put("sha256", declared.sha256());
    shown.put("bytes", declared.bytes());
    shown.put("state", declared.state().name().toLowerCase(Locale.ROOT));
    shown.put("why", declared.why());
    return shown;
  }

  private Reply declare(Request request) {
    var asked = request.json();
    if (!asked.isObject()) {
      throw new Problem(400, "an artifact is an object with url, sha256 and bytes");
    }
    mustBeFree(request.part("name"), asked.path("sha256").asText(""));
    return Reply.json(
        shown(
            artifacts.declare(
                request.part("name"),
                asked.path("url").asText("").strip(),
                asked.path("sha256").asText(""),
                asked.path("bytes").asLong(0),
                Origin.of(request))));
  }

  private void mustBeFree(String name, String sha256) {
    var there = artifacts.find(name);
    if (there.isPresent() && !there.get().sha256().equals(sha256)) {
      usedBy
          .apply(name)
          .ifPresent(cluster -> {
            throw new Problem(
                409,
                "the cluster %s pins %s: declare the new one under another name"
                    .formatted(cluster, name));
          });
    }
  }

  private Reply upload(Request request) {
    var offset = request.query("offset").orElse("0");
    if (!offset.matches("\\d{1,15}")) {
      throw new Problem(400, "offset is a number of bytes, got " + offset);
    }
    var declared = artifact(request);
    long received =
        artifacts.upload(declared, Long.parseLong(offset), request.body(), Origin.of(request));
    var shown = shown(artifact(request));
    shown.put("received", received);
    return Reply.json(shown);
  }

  private Reply again(Request request) {
    artifacts.again(artifact(request), Origin.of(request));
    return Reply.json(shown(artifact(request)));
  }

  private Reply remove(Request request) {
    var declared = artifact(request);
    usedBy
        .apply(declared.name())
        .ifPresent(cluster -> {
          throw new Problem(409, "the cluster " + cluster + " needs " + declared.name());
        });
    artifacts.delete(declared, Origin.of(request));
    return Reply.none();
  }
}
