package io.rackstead.evidence;

import io.rackstead.evidence.Packs.Pack;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Verbs;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Evidence packs in our own API. The public key is for everybody: whoever was given a pack need
/// not have an account here to check it.
public final class EvidenceApi {
  private final Packs packs;
  private final Signer signer;
  private final Machines machines;
  private final Verbs verbs;

  private record Shown(long id, String machine, String about, String at, String sha256) {}

  public EvidenceApi(Packs packs, Signer signer, Machines machines, Verbs verbs) {
    this.packs = packs;
    this.signer = signer;
    this.machines = machines;
    this.verbs = verbs;
  }

  public List<Route> routes() {
    return List.of(
        Route.get("/api/evidence/key", Access.PUBLIC, _ -> key()),
        Route.get("/api/evidence/{id}", Access.VIEW, this::download),
        Route.get("/api/machines/{id}/evidence", Access.VIEW, this::list),
        Route.post("/api/machines/{id}/evidence", Access.OPERATE, this::make));
  }

  private Reply key() {
    return new Reply.Whole(
        200,
        "application/x-pem-file",
        signer.pem().getBytes(StandardCharsets.US_ASCII),
        Map.of("Content-Disposition", "attachment; filename=\"rackstead-evidence.pem\""));
  }

  private Machine machine(Request request) {
    var name = request.part("id");
    return verbs
        .find(request.principal(), name)
        .orElseThrow(() -> new Problem(404, "no machine " + name));
  }

  private Reply list(Request request) {
    var machine = machine(request);
    return Reply.json(
        Map.of("packs", packs.of(machine.id()).stream().map(EvidenceApi::shown).toList()));
  }

  private static Shown shown(Pack pack) {
    return new Shown(
        pack.id(), pack.machine().text(), pack.about(), pack.at().toString(), pack.sha256());
  }

  private Reply make(Request request) {
    var machine = machine(request);
    Verbs.mustOwn(request, machine);
    return Reply.json(shown(packs.latest(machine)));
  }

  private Reply download(Request request) {
    var text = request.part("id");
    var pack =
        (text.matches("[0-9]{1,18}")
                ? packs.find(Long.parseLong(text))
                : java.util.Optional.<Pack>empty())
            .filter(found -> sees(request, found))
            .orElseThrow(() -> new Problem(404, "no evidence pack " + text));
    return new Reply.Whole(
        200,
        "application/json",
        pack.document().getBytes(StandardCharsets.UTF_8),
        Map.of(
            "Content-Disposition",
            "attachment; filename=\"evidence-%s-%d.json\"".formatted(pack.machine(), pack.id())));
  }

  /// Of a machine that is no more only who may read what everybody did.
  private boolean sees(Request request, Pack pack) {
    var principal = request.principal();
    return machines
        .find(pack.machine())
        .map(machine -> principal.sees(machine.labels().owner(), machine.labels().pool()))
        .orElseGet(() -> principal.may(Access.AUDIT));
  }
}
