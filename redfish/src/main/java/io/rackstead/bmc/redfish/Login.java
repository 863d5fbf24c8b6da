package io.rackstead.bmc.redfish;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.REFUSED_CREDENTIALS;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.ssh.SshAccount;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

/// One account's way into one BMC, shared by all who dialled it: a session with a token (DSP0266
/// §13.3.4), begun at the first need, begun anew when the BMC dropped it, deleted a while after the
/// last has left. Where the BMC has no sessions, or none free, each request carries the password.
final class Login {
  static final String ROOT = "/redfish/v1/";

  private final RedfishHttp http;
  private final String user;
  private final String password;
  private final Duration keepOpen;
  private final BiConsumer<Duration, Runnable> later;
  private final Runnable whenEnded;
  private final ReentrantLock lock = new ReentrantLock();
  private final Map<String, String> systems = new ConcurrentHashMap<>();
  private Optional<Resource> root = Optional.empty();
  private Optional<Pass> pass = Optional.empty();
  private int users;
  private long uses;
  private boolean ended;

  /// What a request shows to be let in.
  private sealed interface Pass {
    Ask on(Ask ask);
  }

  private record Token(String token, String session) implements Pass {
    @Override
    public Ask on(Ask ask) {
      return ask.with("X-Auth-Token", token);
    }
  }

  private record Basic(String header) implements Pass {
    @Override
    public Ask on(Ask ask) {
      return ask.with("Authorization", header);
    }
  }

  Login(
      RedfishHttp http,
      String user,
      String password,
      Duration keepOpen,
      BiConsumer<Duration, Runnable> later,
      Runnable whenEnded) {
    this.http = http;
    this.user = user;
    this.password = password;
    this.keepOpen = keepOpen;
    this.later = later;
    this.whenEnded = whenEnded;
  }

  /// Logs in if need be, so that a wrong password is heard of here and now. No when this one has
  /// ended: there is another by now.
  boolean borrow() {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      var _ = pass();
      users++;
      uses++;
      return true;
    } catch (BmcException e) {
      if (users == 0) {
        ended = true;
        whenEnded.run();
      }
      throw e;
    } finally {
      lock.unlock();
    }
  }

  void giveBack() {
    lock.lock();
    try {
      users--;
      long now = uses;
      if (users == 0) {
        later.accept(keepOpen, () -> endIfUnused(now));
      }
    } finally {
      lock.unlock();
    }
  }

  /// Which path stands for which of the systems, once it has been found.
  Map<String, String> systems() {
    return systems;
  }

  boolean holdsSession() {
    lock.lock();
    try {
      return pass.filter(Token.class::isInstance).isPresent();
    } finally {
      lock.unlock();
    }
  }

  RedfishHttp http() {
    return http;
  }

  /// The same account at the BMC's SSH server.
  SshAccount atSsh(int port) {
    if (password.isEmpty()) {
      throw new BmcException(
          REFUSED_CREDENTIALS, http.address(), "no password is known for its SSH server");
    }
    return new SshAccount(BmcAddress.ssh(http.address().host(), port), user, password);
  }

  /// Sends with our pass; with a fresh one where the BMC has forgotten it, as after its restart.
  Answer send(RedfishHttp as, Ask ask) {
    var used = pass();
    var answer = as.send(used.on(ask));
    if (answer.status() != 401 || used instanceof Basic) {
      return answer;
    }
    lock.lock();
    try {
      if (pass.isPresent() && pass.get().equals(used)) {
        end(); // with the old token: where the BMC still has that session, it is not left behind
      }
    } finally {
      lock.unlock();
    }
    return as.send(pass().on(ask));
  }

  Resource root() {
    lock.lock();
    try {
      if (root.isEmpty()) {
        root = Optional.of(readRoot());
      }
      return root.get();
    } finally {
      lock.unlock();
    }
  }

  private Resource readRoot() {
    var answer = http.send(Ask.get(ROOT));
    if (!answer.ok()) {
      var complaint = Complaint.of(answer);
      boolean busy = complaint.kind() == BUSY;
      throw new BmcException(
          busy ? BUSY : PROTOCOL, http.address(), "its Redfish service root: " + complaint);
    }
    var read = new Resource(ROOT, answer.body());
    if (read.link("Systems").isEmpty()) {
      throw new BmcException(
          PROTOCOL,
          http.address(),
          "there is no Redfish service with systems: "
              + (answer.unreadable().isEmpty()
                  ? "%s answered with something else".formatted(ROOT)
                  : answer.unreadable()));
    }
    return read;
  }

  private Pass pass() {
    lock.lock();
    try {
      if (pass.isEmpty()) {
        pass = Optional.of(logIn());
      }
      return pass.get();
    } finally {
      lock.unlock();
    }
  }

  private Pass logIn() {
    var service = root();
    var sessions =
        service
            .link("Links", "Sessions")
            .or(() ->
                service.link("SessionService").map(p -> "/" + Resource.plain(p) + "/Sessions"))
            .orElse(ROOT + "SessionService/Sessions");
    var body = RedfishJson.object().put("UserName", user).put("Password", password);
    var ask = Ask.post(sessions, body, "Log in as " + user).concealing(password);
    var answer = http.send(ask);
    var token = answer.header("X-Auth-Token");
    if (answer.ok() && token.isPresent()) {
      var session =
          answer
              .header("Location")
              .map(RedfishHttp::localPath)
              .or(() -> Resource.link(answer.body()))
              .orElse("");
      return new Token(token.get(), session);
    }
    var complaint = Complaint.of(answer);
    boolean refused = complaint.kind() == REFUSED_CREDENTIALS && !complaint.full();
    if (!answer.ok() && refused) {
      throw refused(complaint);
    }
    boolean away = answer.status() == 503 || answer.status() == 429;
    if (away && !complaint.full()) {
      throw new BmcException(BUSY, http.address(), ask + ": " + ask.told(complaint.toString()));
    }
    return withoutSession(service, complaint);
  }

  private Pass withoutSession(Resource service, Complaint why) {
    var both = (user + ":" + password).getBytes(StandardCharsets.UTF_8);
    var basic = new Basic("Basic " + Base64.getEncoder().encodeToString(both));
    var answer = http.send(basic.on(Ask.get(service.link("Systems").orElse(ROOT))));
    if (answer.ok()) {
      return basic;
    }
    if (why.full()) {
      throw new BmcException(BUSY, http.address(), "it has no free session: " + why);
    }
    var complaint = Complaint.of(answer);
    if (complaint.kind() == REFUSED_CREDENTIALS) {
      throw refused(complaint);
    }
    throw new BmcException(
        complaint.kind(),
        http.address(),
        "it gives no session (%s) and takes no password without one (%s)"
            .formatted(why.toString().replace(password, "***"), complaint));
  }

  private BmcException refused(Complaint complaint) {
    return new BmcException(
        REFUSED_CREDENTIALS,
        http.address(),
        "it does not let \"%s\" in: %s"
            .formatted(user, complaint.toString().replace(password, "***")));
  }

  private void endIfUnused(long since) {
    lock.lock();
    try {
      if (users == 0 && uses == since) {
        ended = true;
        whenEnded.run();
        end();
      }
    } finally {
      lock.unlock();
    }
  }

  /// Leaves no session behind on the BMC; never throws.
  void end() {
    lock.lock();
    try {
      if (pass.isPresent() && pass.get() instanceof Token token && !token.session().isEmpty()) {
        var _ = http.send(token.on(Ask.delete(token.session(), "Log out")));
      }
    } catch (BmcException e) {
      return; // it has been traced, and the BMC ends an unused session by itself
    } finally {
      pass = Optional.empty();
      lock.unlock();
    }
  }
}
