package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.delete;
import static io.rackstead.maas.MaasOperation.get;
import static io.rackstead.maas.MaasOperation.post;
import static io.rackstead.maas.MaasOperation.put;

import io.rackstead.http.Reply;
import io.rackstead.http.Route.Access;
import io.rackstead.network.Rejected;
import java.util.ArrayList;
import java.util.List;

/// VM hosts, under both of their names. Machines are not composed here: there is no VM host to be
/// listed, none can be added, and an operation on one says that it is not there.
final class VmHostOperations {
  private static final List<String> ON_ONE = List.of("compose", "refresh", "add_tag", "remove_tag");

  List<MaasOperation> operations() {
    var operations = new ArrayList<MaasOperation>();
    operations.addAll(tree("Pod", "pods/"));
    operations.addAll(tree("VmHost", "vm-hosts/"));
    return operations;
  }

  private static List<MaasOperation> tree(String resource, String all) {
    var one = all + "{id}/";
    var operations = new ArrayList<MaasOperation>();
    operations.add(get(resource + "s", all, "", Access.VIEW, _ -> Dispatch.json(List.of())));
    operations.add(post(resource + "s", all, "", Access.ADMIN, VmHostOperations::refused));
    operations.add(get(resource, one, "", Access.VIEW, _ -> absent(resource)));
    operations.add(put(resource, one, Access.ADMIN, _ -> absent(resource)));
    operations.add(delete(resource, one, Access.ADMIN, _ -> absent(resource)));
    operations.add(get(resource, one, "parameters", Access.ADMIN, _ -> absent(resource)));
    for (var op : ON_ONE) {
      operations.add(post(resource, one, op, Access.ADMIN, _ -> absent(resource)));
    }
    return operations;
  }

  private static Reply absent(String resource) {
    throw Fields.none(resource);
  }

  private static Reply refused(Call call) {
    var type = Fields.required(call, "type");
    Fields.required(call, "power_address");
    throw new Rejected(
        "type",
        "'"
            + type
            + "' cannot be added: this appliance provisions physical servers and composes no"
            + " virtual machines. A virtual server that exists is added as a machine with its BMC"
            + " (ipmi or redfish).");
  }
}
