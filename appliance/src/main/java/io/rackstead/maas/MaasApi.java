package io.rackstead.maas;

import static io.rackstead.maas.MaasOperation.get;

import io.rackstead.access.ApiKeys;
import io.rackstead.access.SessionApi;
import io.rackstead.access.SshKeys;
import io.rackstead.access.Users;
import io.rackstead.access.Vault;
import io.rackstead.device.Devices;
import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.http.Route.Method;
import io.rackstead.http.StatusApi;
import io.rackstead.image.ImageStore;
import io.rackstead.image.directory.Uploads;
import io.rackstead.machine.Machine;
import io.rackstead.machine.Machines;
import io.rackstead.machine.Verbs;
import io.rackstead.name.NameBook;
import io.rackstead.name.Resolution;
import io.rackstead.network.NetworkBook;
import io.rackstead.store.Database;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/// The MAAS 2.0 API: one table of operations, from which the routes and the description are made.
/// To add to it, write a class with `operations()` and name it here.
public final class MaasApi {
  /// What clients compare as a MAAS version; ours is beside it in `/api/status`.
  static final String VERSION = "3.5.0";

  private static final List<String> CAPABILITIES =
      List.of(
          "networks-management",
          "static-ipaddresses",
          "ipv6-deployment-ubuntu",
          "devices-management",
          "storage-deployment-ubuntu",
          "network-deployment-ubuntu",
          "bridging-interface-ubuntu",
          "bridging-automatic-ubuntu",
          "authenticate-api");

  private final List<MaasOperation> operations = new ArrayList<>();
  private final AccountOperations accounts;
  private final Describe describe;

  /// What the dialect translates to.
  ///
  /// @param addresses the addresses that a machine has now
  /// @param nodes what is known by a name, with its addresses
  /// @param services how the appliance's own services are now
  public record Parts(
      Machines machines,
      Verbs verbs,
      Database database,
      ImageStore images,
      Uploads uploads,
      Users users,
      ApiKeys keys,
      SshKeys sshKeys,
      Vault vault,
      InstantSource clock,
      Function<Machine, List<String>> addresses,
      Things things,
      NetworkBook networks,
      NameBook names,
      Devices devices,
      Supplier<List<Resolution.Node>> nodes,
      Supplier<List<StatusApi.Service>> services,
      Surroundings surroundings) {}

  public MaasApi(Parts parts, SessionApi sessions) {
    var machines = new MachineOperations(parts);
    accounts = new AccountOperations(parts, sessions);
    operations.add(get("Version", "version/", "", Access.PUBLIC, _ -> version()));
    operations.addAll(machines.operations());
    var edits = new NodeEdits(parts, machines);
    operations.addAll(new LifecycleOperations(parts, machines, edits).operations());
    operations.addAll(new InterfaceOperations(parts, machines).operations());
    operations.addAll(new NodeOperations(parts, machines).operations());
    operations.addAll(new LayoutOperations(machines, edits).operations());
    operations.addAll(new DiskOperations(machines, edits).operations());
    operations.addAll(new PartitionOperations(machines, edits).operations());
    operations.addAll(new GroupOperations(machines, edits).operations());
    operations.addAll(new RaidOperations(machines, edits).operations());
    operations.addAll(new BcacheOperations(machines, edits).operations());
    operations.addAll(accounts.operations());
    operations.addAll(new SslKeyOperations(parts).operations());
    operations.addAll(new PlaceOperations(parts.things()).operations());
    operations.addAll(new TagOperations(parts, machines).operations());
    operations.addAll(new SiteOperations(parts).operations());
    operations.addAll(new ResultOperations(parts, machines).operations());
    operations.addAll(new FabricOperations(parts.networks()).operations());
    operations.addAll(new SubnetOperations(parts).operations());
    operations.addAll(new RangeOperations(parts.networks()).operations());
    operations.addAll(new DeviceOperations(parts, machines).operations());
    operations.addAll(new AddressOperations(parts).operations());
    operations.addAll(new DomainOperations(parts).operations());
    operations.addAll(new DnsOperations(parts).operations());
    operations.addAll(new EventOperations(parts, machines).operations());
    operations.addAll(new NoticeOperations(parts).operations());
    operations.addAll(new ScriptOperations(parts).operations());
    operations.addAll(new BootResourceOperations(parts).operations());
    operations.addAll(new ControllerOperations(parts.services(), parts.images()).operations());
    operations.addAll(new ArchiveOperations(parts).operations());
    operations.addAll(new OldResultOperations(parts, machines).operations());
    operations.addAll(new ForeignSourceOperations().operations());
    operations.addAll(new VmHostOperations(parts, machines).operations());
    operations.addAll(new NodeDeviceOperations(machines, parts.networks()::now).operations());
    operations.addAll(new DeploymentOperations(parts, machines).operations());
    operations.addAll(new DiscoveryOperations(parts).operations());
    operations.addAll(new CloneOperations(parts, machines, edits).operations());
    operations.addAll(new ChassisOperations(parts).operations());
    describe = new Describe(List.copyOf(operations));
    // not part of its own description
    operations.add(
        get(
            "Describe",
            "describe/",
            "",
            Access.PUBLIC,
            call -> Dispatch.json(describe.document(call.request()))));
  }

  public List<MaasOperation> operations() {
    return List.copyOf(operations);
  }

  public List<Route> routes() {
    var routes = new ArrayList<>(new Dispatch(operations, describe.hash()).routes());
    routes.add(Route.get("/MAAS/api/version", Access.PUBLIC, _ -> Reply.text(200, "2.0")));
    for (var method : Method.values()) {
      routes.add(new Route(method, "/MAAS/api/1.0/{rest...}", Access.PUBLIC, MaasApi::tooOld));
    }
    routes.add(Route.post("/MAAS/accounts/authenticate", Access.PUBLIC, accounts::authenticate));
    return routes;
  }

  private static Reply version() {
    var version = new LinkedHashMap<String, Object>();
    version.put("version", VERSION);
    version.put("subversion", "");
    version.put("capabilities", CAPABILITIES);
    return Dispatch.json(Map.copyOf(version));
  }

  private static Reply tooOld(Request request) {
    throw new Problem(410, "The 1.0 API is no longer available. Please use API version 2.0.");
  }
}
