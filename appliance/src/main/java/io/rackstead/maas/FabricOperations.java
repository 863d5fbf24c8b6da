package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.access.Origin;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.network.Fabric;
import io.rackstead.network.NetworkBook;
import io.rackstead.network.Rejected;
import io.rackstead.network.Space;
import io.rackstead.network.Topology;
import io.rackstead.network.Vlan;
import io.rackstead.pxe.Networks.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Fabrics, VLANs and spaces.
final class FabricOperations {
  private static final String FABRICS = "fabrics/";
  private static final String FABRIC = "fabrics/{fabric_id}/";
  private static final String VLANS = "fabrics/{fabric_id}/vlans/";
  private static final String VLAN = "fabrics/{fabric_id}/vlans/{vid}/";
  private static final String VLAN_BY_ID = "vlans/{id}/";
  private static final String SPACES = "spaces/";
  private static final String SPACE = "spaces/{id}/";
  private final NetworkBook book;

  FabricOperations(NetworkBook book) {
    this.book = book;
  }

  List<MaasOperation> operations() {
    return List.of(
        get("Fabrics", FABRICS, "", Access.VIEW, _ -> fabrics()),
        post("Fabrics", FABRICS, "", Access.ADMIN, this::addFabric),
        get("Fabric", FABRIC, "", Access.VIEW, call -> shown(fabric(book.now(), call))),
        put("Fabric", FABRIC, Access.ADMIN, this::changeFabric),
        delete("Fabric", FABRIC, Access.ADMIN, this::removeFabric),
        get("Vlans", VLANS, "", Access.VIEW, this::vlans),
        post("Vlans", VLANS, "", Access.ADMIN, this::addVlan),
        get("Vlan", VLAN, "", Access.VIEW, call -> shown(vlanByVid(book.now(), call))),
        put("Vlan", VLAN, Access.ADMIN, call -> changeVlan(call, vlanByVid(book.now(), call))),
        delete("Vlan", VLAN, Access.ADMIN, call -> removeVlan(call, vlanByVid(book.now(), call))),
        get("Vlan", VLAN_BY_ID, "", Access.VIEW, call -> shown(vlan(book.now(), call))),
        put("Vlan", VLAN_BY_ID, Access.ADMIN, call -> changeVlan(call, vlan(book.now(), call))),
        delete("Vlan", VLAN_BY_ID, Access.ADMIN, call -> removeVlan(call, vlan(book.now(), call))),
        get("Spaces", SPACES, "", Access.VIEW, _ -> spaces()),
        post("Spaces", SPACES, "", Access.ADMIN, this::addSpace),
        get("Space", SPACE, "", Access.VIEW, this::readSpace),
        put("Space", SPACE, Access.ADMIN, this::changeSpace),
        delete("Space", SPACE, Access.ADMIN, this::removeSpace));
  }

  private Reply fabrics() {
    var now = book.now();
    return Dispatch.json(now.fabrics().stream().map(f -> NetworkShape.fabric(now, f)).toList());
  }

  private Reply shown(Fabric fabric) {
    return Dispatch.json(NetworkShape.fabric(book.now(), fabric));
  }

  private Reply shown(Vlan vlan) {
    return Dispatch.json(NetworkShape.vlan(book.now(), vlan));
  }

  private Reply shown(Space space) {
    return Dispatch.json(NetworkShape.space(book.now(), space));
  }

  private static Fabric fabric(Topology all, Call call) {
    return all.fabricNamed(call.part("fabric_id")).orElseThrow(() -> Fields.none("Fabric"));
  }

  private Reply addFabric(Call call) {
    return shown(
        book.<Fabric>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    new Fabric(
                        NetworkBook.NEW,
                        call.text("name").orElse(""),
                        call.text("class_type").orElse(""),
                        call.text("description").orElse("")))));
  }

  private Reply changeFabric(Call call) {
    return shown(
        book.<Fabric>change(
            Origin.of(call.request()),
            change -> {
              var fabric = fabric(change.now(), call);
              return change.save(
                  new Fabric(
                      fabric.id(),
                      call.text("name").orElse(fabric.name()),
                      call.text("class_type").orElse(fabric.classType()),
                      call.text("description").orElse(fabric.description())));
            }));
  }

  private Reply removeFabric(Call call) {
    book.change(
        Origin.of(call.request()),
        change -> {
          change.remove(fabric(change.now(), call));
          return true;
        });
    return Reply.none();
  }

  private Reply vlans(Call call) {
    var now = book.now();
    return Dispatch.json(
        now.vlansOf(fabric(now, call)).stream().map(v -> NetworkShape.vlan(now, v)).toList());
  }

  /// `untagged` is VID 0 by another name.
  private static Vlan vlanByVid(Topology all, Call call) {
    var vid = call.part("vid").equals("untagged") ? "0" : call.part("vid");
    return Optional.of(vid)
        .filter(text -> text.matches("[0-9]{1,4}"))
        .flatMap(text -> all.vlan(fabric(all, call).id(), Integer.parseInt(text)))
        .orElseThrow(() -> Fields.none("VLAN"));
  }

  private static Vlan vlan(Topology all, Call call) {
    return Fields.row(call, "id", "VLAN", all::vlan);
  }

  private Reply addVlan(Call call) {
    int vid =
        Fields.number(call, "vid")
            .orElseThrow(() -> new Rejected("vid", "This field is required."));
    return shown(
        book.<Vlan>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    edited(
                        change.now(),
                        call,
                        new Vlan(
                            NetworkBook.NEW,
                            fabric(change.now(), call).id(),
                            vid,
                            Fields.filled(call, "name").orElse(Integer.toString(vid)),
                            "",
                            1500,
                            false,
                            Optional.empty(),
                            Optional.empty(),
                            "",
                            Mode.SERVER)))));
  }

  /// The fields that were sent, over what is there.
  private static Vlan edited(Topology all, Call call, Vlan vlan) {
    // primary_rack and secondary_rack: one appliance is all the racks there are
    return new Vlan(
        vlan.id(),
        Fields.filled(call, "fabric")
            .map(text ->
                all.fabricNamed(text)
                    .orElseThrow(() -> new Rejected("fabric", "There is no fabric " + text + "."))
                    .id())
            .orElse(vlan.fabricId()),
        Fields.number(call, "vid").orElse(vlan.vid()),
        Fields.filled(call, "name").orElse(vlan.name()),
        call.text("description").orElse(vlan.description()),
        Fields.number(call, "mtu").orElse(vlan.mtu()),
        call.truth("dhcp_on").orElse(vlan.dhcpOn()),
        Fields.sent(call, "space") ? space(all, call) : vlan.spaceId(),
        Fields.sent(call, "relay_vlan")
            ? Fields.number(call, "relay_vlan").map(Integer::longValue)
            : vlan.relayVlan(),
        vlan.networkInterface(),
        vlan.mode());
  }

  private static Optional<Long> space(Topology all, Call call) {
    return Fields.filled(call, "space")
        .filter(text -> !text.equals("-1") && !text.equals(NetworkShape.NO_SPACE))
        .map(text ->
            all.spaceNamed(text)
                .orElseThrow(() -> new Rejected("space", "There is no space " + text + "."))
                .id());
  }

  private Reply changeVlan(Call call, Vlan named) {
    return shown(
        book.<Vlan>change(
            Origin.of(call.request()),
            change -> {
              var now = change.now();
              var vlan = now.vlan(named.id()).orElseThrow(() -> Fields.none("VLAN"));
              return change.save(edited(now, call, vlan));
            }));
  }

  private Reply removeVlan(Call call, Vlan vlan) {
    book.change(
        Origin.of(call.request()),
        change -> {
          change.remove(vlan);
          return true;
        });
    return Reply.none();
  }

  private Reply spaces() {
    var now = book.now();
    var shapes = new ArrayList<Map<String, Object>>();
    shapes.add(NetworkShape.noSpace(now));
    now.spaces().forEach(s -> shapes.add(NetworkShape.space(now, s)));
    return Dispatch.json(shapes);
  }

  private static boolean pseudo(Call call) {
    return call.part("id").equals("-1") || call.part("id").equals(NetworkShape.NO_SPACE);
  }

  private static Space namedSpace(Topology all, Call call) {
    if (pseudo(call)) {
      throw new Problem(
          400, "The space 'undefined' means VLANs without a space, it stays as it is.");
    }
    return all.spaceNamed(call.part("id")).orElseThrow(() -> Fields.none("Space"));
  }

  private Reply readSpace(Call call) {
    return pseudo(call)
        ? Dispatch.json(NetworkShape.noSpace(book.now()))
        : shown(namedSpace(book.now(), call));
  }

  private Reply addSpace(Call call) {
    return shown(
        book.<Space>change(
            Origin.of(call.request()),
            change ->
                change.save(
                    new Space(
                        NetworkBook.NEW,
                        call.text("name").orElse(""),
                        call.text("description").orElse("")))));
  }

  private Reply changeSpace(Call call) {
    return shown(
        book.<Space>change(
            Origin.of(call.request()),
            change -> {
              var space = namedSpace(change.now(), call);
              return change.save(
                  new Space(
                      space.id(),
                      call.text("name").orElse(space.name()),
                      call.text("description").orElse(space.description())));
            }));
  }

  private Reply removeSpace(Call call) {
    book.change(
        Origin.of(call.request()),
        change -> {
          change.remove(namedSpace(change.now(), call));
          return true;
        });
    return Reply.none();
  }
}
