package io.rackstead.tests.redfish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.tests.redfish.SimulatedRedfish.SimulatedAccount;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;

/// The tree of resources in the shapes of DMTF's schemas (DSP8010), and what may be changed in it.
final class Resources {
  static final String V1 = "/redfish/v1";

  private final SimulatedRedfish service;

  Resources(SimulatedRedfish service) {
    this.service = service;
  }

  ObjectNode get(String path, String query) {
    var maker = tree().get(path);
    if (maker == null) {
      throw new Failure(
          404, "ResourceMissingAtURI", "The resource at the URI " + path + " was not found.");
    }
    var resource = maker.get();
    return resource.has("Members") ? page(path, resource, query) : resource;
  }

  private ObjectNode page(String path, ObjectNode whole, String query) {
    var members = new ArrayList<JsonNode>();
    whole.path("Members").forEach(members::add);
    int from = query.startsWith("$skip=") ? Integer.parseInt(query.substring(6)) : 0;
    int to = Math.min(members.size(), from + service.behaviour.pageSize);
    var page = whole.putArray("Members");
    for (var member : members.subList(Math.min(from, to), to)) {
      page.add(
          query.startsWith("$expand")
              ? get(member.path("@odata.id").asText(), "")
              : member.deepCopy());
    }
    whole.put("Members@odata.count", members.size());
    if (to < members.size()) {
      whole.put("Members@odata.nextLink", path + "?$skip=" + to);
    }
    return whole;
  }

  private Map<String, Supplier<ObjectNode>> tree() {
    var tree = new TreeMap<String, Supplier<ObjectNode>>();
    tree.put("/redfish", () -> JsonNodeFactory.instance.objectNode().put("v1", V1 + "/"));
    tree.put(V1, this::root);
    sessions(tree);
    accounts(tree);
    var systems = new ArrayList<String>();
    for (var server : service.servers) {
      systems.add(V1 + "/Systems/" + server.id);
      new ServerResources(service, server).into(tree);
    }
    tree.put(
        V1 + "/Systems", () -> collection(V1 + "/Systems", "ComputerSystemCollection", systems));
    tree.put(V1 + "/Chassis", () -> collection(V1 + "/Chassis", "ChassisCollection", chassis()));
    tree.put(
        V1 + "/Managers",
        () -> collection(V1 + "/Managers", "ManagerCollection", List.of(V1 + "/Managers/BMC")));
    tree.put(V1 + "/Managers/BMC", this::manager);
    var console = new ConsoleResources(service.behaviour);
    tree.put(V1 + "/Managers/BMC/NetworkProtocol", console::networkProtocol);
    new UpdateResources(service).into(tree);
    tasks(tree);
    return tree;
  }

  private List<String> chassis() {
    return service.servers.stream().map(server -> V1 + "/Chassis/" + server.id).toList();
  }

  private ObjectNode root() {
    var root = resource(V1 + "/", "ServiceRoot.v1_15_0.ServiceRoot", "RootService", "Root Service");
    root.put("RedfishVersion", "1.15.0");
    root.put("UUID", "92384634-2938-2342-8820-489239905423");
    root.put("Vendor", service.servers.getFirst().vendor);
    for (var name : List.of("Systems", "Chassis", "Managers")) {
      root.set(name, link(V1 + "/" + name));
    }
    root.set("Tasks", link(V1 + "/TaskService"));
    root.set("SessionService", link(V1 + "/SessionService"));
    root.set("AccountService", link(V1 + "/AccountService"));
    root.set("UpdateService", link(V1 + "/UpdateService"));
    root.putObject("Links").set("Sessions", link(V1 + "/SessionService/Sessions"));
    var expand = root.putObject("ProtocolFeaturesSupported").putObject("ExpandQuery");
    expand.put("Levels", service.behaviour.expands).put("NoLinks", service.behaviour.expands);
    return root;
  }

  private ObjectNode manager() {
    var manager = resource(V1 + "/Managers/BMC", "Manager.v1_19_0.Manager", "BMC", "Manager");
    manager.put("ManagerType", "BMC").put("FirmwareVersion", "1.45.455b66-rev4");
    manager.put("Model", "Joo Janta 200").put("UUID", "58893887-8974-2487-2389-841168418919");
    if (!service.behaviour.mediaAtSystem) {
      manager.set("VirtualMedia", link(V1 + "/Managers/BMC/VirtualMedia"));
    }
    new ConsoleResources(service.behaviour).intoManager(manager);
    var managed = manager.putObject("Links").putArray("ManagerForServers");
    service.servers.forEach(server -> managed.add(link(V1 + "/Systems/" + server.id)));
    manager
        .putObject("Actions")
        .putObject("#Manager.Reset")
        .put("target", V1 + "/Managers/BMC/Actions/Manager.Reset")
        .putArray("ResetType@Redfish.AllowableValues")
        .add("GracefulRestart")
        .add("ForceRestart");
    return manager;
  }

  private void sessions(Map<String, Supplier<ObjectNode>> tree) {
    var path = V1 + "/SessionService";
    tree.put(
        path,
        () -> {
          var all =
              resource(path, "SessionService.v1_1_8.SessionService", "SessionService", "Sessions");
          all.put("SessionTimeout", 300).put("ServiceEnabled", true);
          all.set("Sessions", link(path + "/Sessions"));
          return all;
        });
    var open = List.copyOf(service.sessions().keySet());
    tree.put(path + "/Sessions", () -> collection(path + "/Sessions", "SessionCollection", open));
    for (var session : open) {
      var id = session.substring(session.lastIndexOf('/') + 1);
      tree.put(session, () -> resource(session, "Session.v1_5_0.Session", id, "User Session"));
    }
  }

  private void accounts(Map<String, Supplier<ObjectNode>> tree) {
    var path = V1 + "/AccountService";
    tree.put(
        path,
        () -> {
          var all =
              resource(path, "AccountService.v1_13_0.AccountService", "AccountService", "Accounts");
          all.put("MinPasswordLength", 5).put("MaxPasswordLength", 20).put("ServiceEnabled", true);
          all.set("Accounts", link(path + "/Accounts"));
          all.set("Roles", link(path + "/Roles"));
          return all;
        });
    var roles = List.of("Administrator", "Operator", "ReadOnly");
    tree.put(
        path + "/Roles",
        () ->
            collection(
                path + "/Roles",
                "RoleCollection",
                roles.stream().map(role -> path + "/Roles/" + role).toList()));
    for (var role : roles) {
      var at = path + "/Roles/" + role;
      tree.put(
          at,
          () ->
              resource(at, "Role.v1_3_1.Role", role, role)
                  .put("RoleId", role)
                  .put("IsPredefined", true));
    }
    var ids = new TreeMap<>(service.accounts).keySet();
    tree.put(
        path + "/Accounts",
        () ->
            collection(
                path + "/Accounts",
                "ManagerAccountCollection",
                ids.stream().map(id -> path + "/Accounts/" + id).toList()));
    service.accounts.forEach((id, account) ->
        tree.put(path + "/Accounts/" + id, () -> account(path + "/Accounts/" + id, id, account)));
  }

  private static ObjectNode account(String path, String id, SimulatedAccount account) {
    var node = resource(path, "ManagerAccount.v1_11_0.ManagerAccount", id, "User Account");
    node.putNull("Password");
    return node.put("UserName", account.user)
        .put("RoleId", account.role)
        .put("Enabled", account.enabled)
        .put("Locked", false);
  }

  private void tasks(Map<String, Supplier<ObjectNode>> tree) {
    Supplier<ObjectNode> task =
        () -> {
          var node = resource(V1 + "/TaskService/Tasks/1", "Task.v1_7_3.Task", "1", "Task 1");
          node.put("TaskState", service.behaviour.taskEnds).put("TaskStatus", "OK");
          node.putArray("Messages").addObject().put("Message", "The operation has ended.");
          return node;
        };
    tree.put(V1 + "/TaskService/Tasks/1", task);
    tree.put(V1 + "/TaskService/TaskMonitors/1", task);
  }

  void patch(String path, JsonNode change) {
    var account = service.accounts.get(path.substring(path.lastIndexOf('/') + 1));
    if (path.startsWith(V1 + "/AccountService/Accounts/") && account != null) {
      set(account, change);
      return;
    }
    for (var server : service.servers) {
      if (new ServerResources(service, server).patch(path, change)) {
        return;
      }
    }
    throw new Failure(405, "OperationNotAllowed", "The HTTP method is not allowed here.");
  }

  private static void set(SimulatedAccount account, JsonNode change) {
    account.user = change.path("UserName").asText(account.user);
    account.password = change.path("Password").asText(account.password);
    account.role = change.path("RoleId").asText(account.role);
    account.enabled = change.path("Enabled").asBoolean(account.enabled);
  }

  /// The path of what was made; empty where something was done.
  Optional<String> post(String path, JsonNode json) {
    if (path.equals(V1 + "/AccountService/Accounts")) {
      if (service.behaviour.accountPlaces) {
        throw new Failure(405, "OperationNotAllowed", "The HTTP method is not allowed here.");
      }
      var id = Integer.toString(service.accounts.size() + 1);
      var made = new SimulatedAccount("", "", "");
      set(made, json);
      service.accounts.put(id, made);
      return Optional.of(path + "/" + id);
    }
    for (var server : service.servers) {
      if (new ServerResources(service, server).post(path, json)) {
        return Optional.empty();
      }
    }
    if (new UpdateResources(service).post(path, json)) {
      return Optional.empty();
    }
    throw new Failure(404, "ResourceMissingAtURI", "No action at " + path);
  }

  void delete(String path) {
    var id = path.substring(path.lastIndexOf('/') + 1);
    boolean account = path.startsWith(V1 + "/AccountService/Accounts/");
    if (account && service.behaviour.accountPlaces) {
      throw new Failure(405, "OperationNotAllowed", "The HTTP method is not allowed here.");
    }
    if (!account || service.accounts.remove(id) == null) {
      throw new Failure(404, "ResourceMissingAtURI", "The resource " + path + " was not found.");
    }
  }

  static ObjectNode resource(String path, String type, String id, String name) {
    return JsonNodeFactory.instance
        .objectNode()
        .put("@odata.type", "#" + type)
        .put("@odata.id", path)
        .put("Id", id)
        .put("Name", name);
  }

  static ObjectNode link(String path) {
    return JsonNodeFactory.instance.objectNode().put("@odata.id", path);
  }

  static ObjectNode collection(String path, String type, List<String> members) {
    var node =
        JsonNodeFactory.instance
            .objectNode()
            .put("@odata.type", "#" + type + "." + type)
            .put("@odata.id", path)
            .put("Name", type)
            .put("Members@odata.count", members.size());
    var array = node.putArray("Members");
    members.forEach(member -> array.add(link(member)));
    return node;
  }
}
