package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.maas.MaasApi.Parts;
import io.rackstead.name.NameBook;
import io.rackstead.network.Domain;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Rejected;
import io.rackstead.network.Topology;
import java.util.List;
import java.util.Optional;

/// Domains, which of them is the default one, and the serial of their zones.
final class DomainOperations {
  private static final String ALL = "domains/";
  private static final String ONE = "domains/{id}/";
  private final Parts parts;
  private final NetworkBook book;
  private final NameBook names;

  DomainOperations(Parts parts) {
    this.parts = parts;
    this.book = parts.networks();
    this.names = parts.names();
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Domains", ALL, "", Access.VIEW, _ -> list()),
        post("Domains", ALL, "", Access.ADMIN, this::add),
        post("Domains", ALL, "set_serial", Access.ADMIN, this::setSerial),
        get("Domain", ONE, "", Access.VIEW, call -> shown(domain(book.now(), call))),
        put("Domain", ONE, Access.ADMIN, this::change),
        delete("Domain", ONE, Access.ADMIN, this::remove),
        post("Domain", ONE, "set_default", Access.ADMIN, this::setDefault));
  }

  private Reply shown(Domain domain) {
    return Dispatch.json(NameShape.domain(domain, names.now()));
  }

  private Reply list() {
    var known = names.now();
    return Dispatch.json(
        book.now().domains().stream().map(d -> NameShape.domain(d, known)).toList());
  }

  private static Domain domain(Topology all, Call call) {
    return all.domainNamed(call.part("id")).orElseThrow(() -> Fields.none("Domain"));
  }

  private Reply add(Call call) {
    return shown(
        book.<Domain>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    edited(
                        call,
                        new Domain(
                            NetworkBook.NEW, "", true, Optional.empty(), false, List.of())))));
  }

  private static Domain edited(Call call, Domain was) {
    return new Domain(
        was.id(),
        call.text("name").map(String::strip).orElse(was.name()),
        call.truth("authoritative").orElse(was.authoritative()),
        Fields.sent(call, "ttl") ? Fields.number(call, "ttl") : was.ttl(),
        was.isDefault(),
        Fields.sent(call, "forward_dns_servers")
            ? Fields.ips(call, "forward_dns_servers")
            : was.forward());
  }

  private Reply change(Call call) {
    return shown(
        book.<Domain>change(
            Origin.of(call.request()),
            change -> change.save(edited(call, domain(change.now(), call)))));
  }

  private Reply remove(Call call) {
    book.change(
        Origin.of(call.request()),
        change -> {
          var domain = domain(change.now(), call);
          change.remove(domain, used(domain));
          return true;
        });
    return Reply.none();
  }

  /// By what a domain is in use; its nodes go with a name, and so do its records.
  private Optional<String> used(Domain domain) {
    var name =
        names.now().resources().stream()
            .filter(r -> r.domainId() == domain.id())
            .map(r -> "the DNS resource " + r.fqdn(domain.name()) + " is in it")
            .findFirst();
    return name.or(() ->
        parts.machines().list().stream()
            .filter(m -> m.labels().domain().equals(Optional.of(domain.id())))
            .map(m -> "the machine " + m.hostname() + " is in it")
            .findFirst()
            .or(() ->
                parts.devices().list().stream()
                    .filter(d -> d.labels().domain().equals(Optional.of(domain.id())))
                    .map(d -> "the device " + d.labels().hostname() + " is in it")
                    .findFirst()));
  }

  private Reply setDefault(Call call) {
    return shown(
        book.<Domain>change(
            Origin.of(call.request()), change -> change.makeDefault(domain(change.now(), call))));
  }

  private Reply setSerial(Call call) {
    var text = call.wanted("serial");
    if (!text.matches("[0-9]{1,10}")) {
      throw new Rejected("serial", "Enter a whole number.");
    }
    names.change(
        Origin.of(call.request()),
        change -> {
          change.serial(Long.parseLong(text));
          return true;
        });
    return Dispatch.ok();
  }
}
