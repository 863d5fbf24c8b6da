package io.rackstead.tests.redfish;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/// A Redfish service on loopback: who may come in, entity tags, errors and faults. What there is to
/// see and to change stands in [Resources].
public final class SimulatedRedfish implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SESSIONS = "/redfish/v1/SessionService/Sessions";

  /// What it does in place of answering: the first that feels addressed.
  public final List<Fault> faults = new CopyOnWriteArrayList<>();

  /// Each request, as `GET /redfish/v1/`.
  public final List<String> heard = new CopyOnWriteArrayList<>();

  /// Each `Authorization` or `X-Auth-Token` that came in.
  public final List<String> passes = new CopyOnWriteArrayList<>();

  /// Where firmware was to be taken from.
  public final List<String> updates = new CopyOnWriteArrayList<>();

  public final Behaviour behaviour = new Behaviour();
  public final Map<String, SimulatedAccount> accounts = new ConcurrentHashMap<>();
  public final List<SimulatedServer> servers;

  private final Map<String, String> sessions = new ConcurrentHashMap<>();
  private final Map<String, String> tokens = new ConcurrentHashMap<>();
  private final AtomicInteger numbers = new AtomicInteger();
  private final Resources resources;
  private final HttpListener http;

  /// How this product differs from others.
  public static final class Behaviour {
    public volatile boolean sessions = true;
    public volatile boolean basic = true;
    public volatile int sessionLimit = 4;
    public volatile int pageSize = 100;
    public volatile boolean expands;
    public volatile boolean etagNeeded;
    public volatile boolean weakEtags;
    public volatile boolean tasks;
    public volatile String taskEnds = "Completed";
    public volatile boolean deaf;
    public volatile boolean forgetsBoot;
    public volatile boolean refusesMode;
    public volatile boolean actionInfo;
    public volatile boolean accountPlaces;
    public volatile boolean mediaAtSystem;
    public volatile boolean mediaActions = true;
    public volatile boolean mediaTakesImageOnly;
    public volatile boolean newSensors;
    public volatile String shownPower = "";

    /// where its serial console is offered by SSH
    public volatile Console console = Console.NOWHERE;

    public volatile int sshPort;
    public volatile boolean sshOn = true;
  }

  public enum Console {
    NOWHERE,
    AT_SYSTEM,
    AT_MANAGER,
    BY_IPMI
  }

  public static final class SimulatedAccount {
    public volatile String user;
    public volatile String password;
    public volatile String role;
    public volatile boolean enabled = true;

    public SimulatedAccount(String user, String password, String role) {
      this.user = user;
      this.password = password;
      this.role = role;
    }
  }

  public SimulatedRedfish(SimulatedServer... servers) {
    this(Optional.empty(), servers);
  }

  /// With admin/secret as its administrator, on a free port of loopback.
  public SimulatedRedfish(Optional<SSLContext> tls, SimulatedServer... servers) {
    this(tls, 0, servers);
  }

  public SimulatedRedfish(Optional<SSLContext> tls, int port, SimulatedServer... servers) {
    this(tls, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), servers);
  }

  public SimulatedRedfish(
      Optional<SSLContext> tls, InetSocketAddress address, SimulatedServer... servers) {
    this.servers = List.of(servers);
    accounts.put("1", new SimulatedAccount("admin", "secret", "Administrator"));
    accounts.put("2", new SimulatedAccount("oper", "secret3", "Operator"));
    resources = new Resources(this);
    http = new HttpListener(tls, address, this::serve);
  }

  public int port() {
    return http.port();
  }

  public int openSessions() {
    return sessions.size();
  }

  /// As if the service had been restarted.
  public void forgetSessions() {
    sessions.clear();
    tokens.clear();
  }

  Map<String, String> sessions() {
    return sessions;
  }

  private void serve(Exchange exchange) throws IOException {
    heard.add(exchange.method + " " + exchange.target);
    for (var header : List.of("Authorization", "X-Auth-Token")) {
      exchange.header(header).ifPresent(passes::add);
    }
    for (var fault : faults) {
      if (fault.apply(exchange)) {
        return;
      }
    }
    try {
      answer(exchange);
    } catch (Failure e) {
      send(exchange, e.status, Errors.body(e.messageId, String.valueOf(e.getMessage())));
    } catch (RuntimeException e) {
      heard.add("it broke: " + e);
      send(exchange, 500, Errors.body("InternalError", "It broke: " + e));
    }
  }

  private void answer(Exchange exchange) throws IOException {
    var method = exchange.method;
    var path = exchange.path().replaceAll("(?<=.)/+$", "");
    var body = exchange.body();
    JsonNode json = body.length == 0 ? JSON.createObjectNode() : JSON.readTree(body);
    if (method.equals("POST") && path.equals(SESSIONS)) {
      logIn(exchange, json);
      return;
    }
    boolean open = path.equals("/redfish") || path.equals("/redfish/v1");
    if (!open) {
      mustBeKnown(exchange);
    }
    switch (method) {
      case "GET" -> get(exchange, path);
      case "PATCH" -> {
        checkTag(exchange, path);
        resources.patch(path, json);
        get(exchange, path);
      }
      case "POST" -> post(exchange, path, json);
      case "DELETE" -> {
        if (!sessions.containsKey(path)) {
          resources.delete(path);
        }
        var token = sessions.remove(path);
        if (token != null) {
          tokens.remove(token);
        }
        exchange.send(204, new byte[0]);
      }
      default -> throw new Failure(405, "OperationNotAllowed", "method " + method);
    }
  }

  private void get(Exchange exchange, String path) throws IOException {
    var resource = resources.get(path, exchange.query());
    exchange.set("ETag", tag(path));
    send(exchange, 200, resource);
  }

  private void post(Exchange exchange, String path, JsonNode json) throws IOException {
    var made = resources.post(path, json);
    if (behaviour.tasks && made.isEmpty()) {
      exchange.set("Location", "/redfish/v1/TaskService/TaskMonitors/1");
      exchange.set("Retry-After", "0");
      send(exchange, 202, resources.get("/redfish/v1/TaskService/Tasks/1", ""));
      return;
    }
    if (made.isEmpty()) {
      exchange.send(204, new byte[0]);
      return;
    }
    exchange.set("Location", made.get());
    send(exchange, 201, resources.get(made.get(), ""));
  }

  private String tag(String path) {
    var text = resources.get(path, "").toString();
    return (behaviour.weakEtags ? "W/" : "") + "\"" + Integer.toHexString(text.hashCode()) + "\"";
  }

  private void checkTag(Exchange exchange, String path) {
    var shown = exchange.header("If-Match");
    if (shown.isEmpty() && behaviour.etagNeeded) {
      throw new Failure(428, "PreconditionRequired", "A precondition header is required.");
    }
    var now = tag(path);
    // a weak tag never matches (RFC 9110 §13.1.1)
    boolean fits =
        shown.map(tag -> tag.equals("*") || tag.equals(now.replace("W/", ""))).orElse(true);
    if (!fits) {
      throw new Failure(412, "PreconditionFailed", "The ETag supplied did not match.");
    }
  }

  private void logIn(Exchange exchange, JsonNode json) throws IOException {
    if (!behaviour.sessions) {
      throw new Failure(405, "OperationNotAllowed", "The HTTP method is not allowed here.");
    }
    var user = json.path("UserName").asText();
    if (!knows(user, json.path("Password").asText())) {
      throw new Failure(401, "ResourceAtUriUnauthorized", "The user or password is wrong.");
    }
    if (sessions.size() >= behaviour.sessionLimit) {
      throw new Failure(503, "SessionLimitExceeded", "All sessions are in use.");
    }
    var path = SESSIONS + "/" + numbers.incrementAndGet();
    var token = UUID.randomUUID().toString();
    sessions.put(path, token);
    tokens.put(token, user);
    exchange.set("X-Auth-Token", token);
    exchange.set("Location", path);
    send(exchange, 201, resources.get(path, ""));
  }

  private void mustBeKnown(Exchange exchange) {
    var token = exchange.header("X-Auth-Token");
    if (token.filter(tokens::containsKey).isPresent()) {
      return;
    }
    var basic = exchange.header("Authorization");
    if (behaviour.basic && basic.filter(text -> text.startsWith("Basic ")).isPresent()) {
      var both =
          new String(
              Base64.getDecoder().decode(basic.orElseThrow().substring(6)), StandardCharsets.UTF_8);
      int colon = both.indexOf(':');
      if (colon > 0 && knows(both.substring(0, colon), both.substring(colon + 1))) {
        return;
      }
    }
    throw new Failure(401, "NoValidSession", "There is no valid session established.");
  }

  private boolean knows(String user, String password) {
    return accounts.values().stream()
        .anyMatch(a -> a.enabled && a.user.equals(user) && a.password.equals(password));
  }

  private static void send(Exchange exchange, int status, ObjectNode body) throws IOException {
    var bytes = JSON.writeValueAsBytes(body);
    exchange.set("Content-Type", "application/json; charset=utf-8");
    exchange.set("OData-Version", "4.0");
    exchange.send(status, bytes);
  }

  @Override
  public void close() {
    http.close();
  }
}
