package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.ssh.SshDoor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads and changes the resources of one BMC: waits where it asks for that, follows its pages and
/// its tasks, and turns what it refuses into words.
final class RedfishSession {
  private static final int MOST_PAGES = 50;
  private static final Duration SHORTEST_WAIT = Duration.ofMillis(100);
  private static final Duration USUAL_WAIT = Duration.ofSeconds(1);
  private static final Set<Integer> ABSENT = Set.of(403, 404, 405, 410, 501);

  private final RedfishHttp http;
  private final RedfishSettings settings;
  private final Login login;
  private final SshDoor ssh;

  RedfishSession(RedfishHttp http, RedfishSettings settings, Login login, SshDoor ssh) {
    this.ssh = ssh;
    this.http = http;
    this.settings = settings;
    this.login = login;
  }

  BmcAddress address() {
    return http.address();
  }

  RedfishHttp http() {
    return http;
  }

  Login login() {
    return login;
  }

  SshDoor ssh() {
    return ssh;
  }

  Resource root() {
    return login.root();
  }

  Resource get(String path) {
    return read(path, change(Ask.get(path)));
  }

  /// Empty where the BMC has no such thing, or keeps it from us.
  Optional<Resource> find(String path) {
    var answer = attempt(Ask.get(path));
    return ABSENT.contains(answer.status())
        ? Optional.empty()
        : Optional.of(read(path, checked(Ask.get(path), answer)));
  }

  private Resource read(String path, Answer answer) {
    if (!answer.body().isObject()) {
      var why = answer.unreadable().isEmpty() ? "answered with nothing" : answer.unreadable();
      throw new BmcException(PROTOCOL, address(), "GET %s: %s".formatted(path, why));
    }
    var resource = new Resource(path, answer.body());
    return new Resource(path, answer.body(), answer.header("ETag").or(resource::etag));
  }

  /// Asks and waits for it to be done, also where the BMC makes a task of it.
  Answer change(Ask ask) {
    return checked(ask, attempt(ask));
  }

  /// The same; the caller judges the answer.
  Answer attempt(Ask ask) {
    var answer = patient(ask);
    return answer.status() == 202 ? TaskWatch.await(this, settings.task(), ask, answer) : answer;
  }

  /// Changes a resource only if it still is as it was read.
  void patch(Resource known, JsonNode change, String what) {
    var ask = Ask.patch(known.path(), change, what);
    var _ = checked(ask, attemptPatch(known, ask));
  }

  /// With the tag of what was read (DSP0266 §6.5); once more where someone else was faster.
  Answer attemptPatch(Resource known, Ask ask) {
    var answer = attempt(conditional(ask, known.etag()));
    if (answer.status() == 412 || answer.status() == 428) {
      // RFC 9110 §13.1.1 compares strongly, and there are services that give weak tags all the same
      var now = get(known.path()).etag().map(tag -> tag.replaceFirst("^W/", ""));
      answer = attempt(conditional(ask, now));
    }
    return answer;
  }

  private static Ask conditional(Ask ask, Optional<String> etag) {
    return etag.map(tag -> ask.with("If-Match", tag)).orElse(ask);
  }

  Answer checked(Ask ask, Answer answer) {
    if (answer.ok()) {
      return answer;
    }
    var complaint = Complaint.of(answer);
    throw new BmcException(
        complaint.kind(), address(), "%s: %s".formatted(ask, ask.told(complaint.toString())));
  }

  /// The members of a collection, each read.
  List<Resource> members(String path, int most) {
    var members = new ArrayList<Resource>();
    for (var node : memberNodes(path, most, expand())) {
      var link = Resource.link(node);
      if (link.isPresent()) {
        boolean whole = node.has("Id") || node.has("@odata.type");
        (whole ? Optional.of(new Resource(link.get(), node)) : find(link.get()))
            .ifPresent(members::add);
      }
    }
    return members;
  }

  List<String> memberPaths(String path, int most) {
    return memberNodes(path, most, "").stream()
        .flatMap(node -> Resource.link(node).stream())
        .toList();
  }

  private List<JsonNode> memberNodes(String path, int most, String query) {
    var nodes = new ArrayList<JsonNode>();
    var seen = new HashSet<String>();
    var next = Optional.of(path);
    while (next.isPresent() && seen.add(next.get()) && seen.size() <= MOST_PAGES) {
      var page = page(next.get(), seen.size() == 1 ? query : "");
      page.at("Members").forEach(nodes::add);
      if (nodes.size() > most) {
        throw new BmcException(
            PROTOCOL, address(), "%s has more than %d members".formatted(path, most));
      }
      next = Resource.text(page.at("Members@odata.nextLink")).filter(link -> link.startsWith("/"));
    }
    return nodes;
  }

  private Resource page(String path, String query) {
    if (!query.isEmpty()) {
      var answer = attempt(Ask.get(path + query));
      if (answer.ok() && answer.body().isObject()) {
        return new Resource(path, answer.body());
      }
    }
    return get(path);
  }

  /// DSP0266 §7.3.1: only where the service root offers it.
  private String expand() {
    var offered = root().at("ProtocolFeaturesSupported", "ExpandQuery");
    boolean whole =
        offered.path("Levels").asBoolean(false) && offered.path("NoLinks").asBoolean(false);
    return whole ? "?$expand=.($levels=1)" : "";
  }

  /// Comes back when a BMC that is busy says so, as long as there is patience left.
  private Answer patient(Ask ask) {
    long until = System.nanoTime() + settings.busy().toNanos();
    while (true) {
      var answer = login.send(http, ask);
      boolean busy = answer.status() == 503 || answer.status() == 429;
      var wait = answer.retryAfter();
      if (!busy || wait.isEmpty() && !ask.harmless()) {
        return answer;
      }
      var pause = longer(wait.orElse(USUAL_WAIT), SHORTEST_WAIT);
      if (System.nanoTime() + pause.toNanos() - until > 0) {
        return answer;
      }
      pause(pause, ask.toString());
    }
  }

  private static Duration longer(Duration one, Duration other) {
    return one.compareTo(other) > 0 ? one : other;
  }

  void pause(Duration time, String doing) {
    try {
      Thread.sleep(time);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BmcException(UNREACHABLE, address(), "interrupted at " + doing, e);
    }
  }
}
