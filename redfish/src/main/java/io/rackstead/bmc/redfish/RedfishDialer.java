package io.rackstead.bmc.redfish;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.ssh.SshDoor;
import io.rackstead.bmc.ssh.SshKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import okhttp3.OkHttpClient;

/// Dials BMCs by Redfish. Callers on virtual threads of their own do the waiting; all of them share
/// the idle connections, and those of one account on one BMC its session.
public final class RedfishDialer implements BmcDialer, AutoCloseable {
  private static final Duration CLOSING = Duration.ofSeconds(3);

  /// The password is part of it: someone else's right one must not open the door to a wrong one.
  private record Account(BmcAddress bmc, String user, String password) {
    @Override
    public String toString() {
      return user + " on " + bmc;
    }
  }

  private final RedfishSettings settings;
  private final BmcTrust trust;
  private final BmcTrace trace;
  private final ReentrantLock making = new ReentrantLock();
  private Optional<OkHttpClient> shared = Optional.empty();
  private final Map<BmcAddress, RedfishHttp> bmcs = new ConcurrentHashMap<>();
  private final Map<Account, Login> logins = new ConcurrentHashMap<>();
  private final SshDoor ssh;
  private final ScheduledThreadPoolExecutor clock =
      new ScheduledThreadPoolExecutor(
          1, Thread.ofPlatform().name("redfish-clock").daemon(true).factory());

  public RedfishDialer(RedfishSettings settings, BmcTrust trust, BmcTrace trace) {
    this.settings = settings;
    this.trust = trust;
    this.trace = trace;
    this.ssh = new SshDoor(trust, RedfishDialer::noKey);
  }

  private static SshKey noKey() {
    throw new IllegalStateException("a BMC is shown a password, and no key");
  }

  @Override
  public Bmc dial(BmcAddress address, BmcCredentials credentials) {
    var login = entered(address, credentials);
    try {
      var session = new RedfishSession(login.http().as(address), settings, login, ssh);
      return new RedfishBmc(session, Systems.choose(session, address.system()), trace);
    } catch (RuntimeException e) {
      login.giveBack();
      throw e;
    }
  }

  /// By their paths: ids need not differ.
  @Override
  public List<String> systems(BmcAddress address, BmcCredentials credentials) {
    var login = entered(address, credentials);
    try {
      return Systems.all(new RedfishSession(login.http().as(address), settings, login, ssh));
    } finally {
      login.giveBack();
    }
  }

  private Login entered(BmcAddress address, BmcCredentials credentials) {
    if (!address.scheme().startsWith("redfish+")) {
      throw new IllegalArgumentException("not a Redfish address: " + address);
    }
    var account =
        new Account(
            address.withoutSystem(), credentials.user(), new String(credentials.password()));
    var login = logins.computeIfAbsent(account, this::login);
    while (!login.borrow()) {
      login = logins.computeIfAbsent(account, this::login);
    }
    return login;
  }

  private Login login(Account account) {
    var http =
        bmcs.computeIfAbsent(
            account.bmc(), bmc -> RedfishHttp.to(bmc, settings, shared(), trust, trace));
    return new Login(
        http,
        account.user(),
        account.password(),
        settings.keepOpen(),
        this::later,
        () -> logins.remove(account));
  }

  /// Made at the first need: it would cost each start of the appliance a quarter of a second.
  private OkHttpClient shared() {
    making.lock();
    try {
      var client = shared.orElseGet(() -> RedfishHttp.shared(settings));
      shared = Optional.of(client);
      return client;
    } finally {
      making.unlock();
    }
  }

  /// On a thread of its own, for it waits for the BMC.
  private void later(Duration time, Runnable work) {
    try {
      var _ =
          clock.schedule(
              () -> Thread.startVirtualThread(work), time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      work.run(); // we are closing, and nothing is left behind
    }
  }

  /// Sessions that the BMCs hold for us now, in use or kept for the next caller.
  public int openSessions() {
    return (int) logins.values().stream().filter(Login::holdsSession).count();
  }

  /// Ends all sessions, also those in use, within three seconds.
  @Override
  public void close() {
    clock.shutdownNow();
    var ends = logins.values().stream().map(login -> Thread.ofVirtual().start(login::end)).toList();
    long limit = System.nanoTime() + CLOSING.toNanos();
    try {
      for (var end : ends) {
        var left = Duration.ofNanos(Math.max(1, limit - System.nanoTime()));
        var _ = end.join(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      ssh.close();
      bmcs.clear();
      shared.ifPresent(client -> client.connectionPool().evictAll());
    }
  }
}
