package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.REFUSED_CREDENTIALS;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;

/// Dials BMCs by IPMI 2.0. All sessions share one UDP socket and one thread; a caller's own thread
/// does the waiting. A session stays open a few seconds after its last use, for the next caller.
public final class IpmiDialer implements BmcDialer, AutoCloseable {
  /// §22.30: user names are at most 16, passwords at most 20 bytes.
  private static final int LONGEST_USER = 16;

  private static final int LONGEST_PASSWORD = 20;

  private static final Duration CLOSING = Duration.ofSeconds(2);

  /// The password is part of it: someone else's right one must not open the door to a wrong one.
  private record Account(BmcAddress address, String user, ByteBuffer password) {
    @Override
    public String toString() {
      return user + " on " + address;
    }
  }

  private final IpmiSettings settings;
  private final BmcTrace trace;
  private final RandomGenerator random;
  private final IpmiSocket socket;
  private final Map<Account, SharedSession> sessions = new ConcurrentHashMap<>();

  public IpmiDialer(IpmiSettings settings, BmcTrace trace) {
    this(settings, trace, Optional.empty());
  }

  /// @param socket an unbound datagram channel made where the BMCs are reached, in another network
  ///   namespace for example; it is bound, and closed with the dialer
  public IpmiDialer(IpmiSettings settings, BmcTrace trace, Optional<DatagramChannel> socket) {
    this(settings, trace, socket, new SecureRandom());
  }

  IpmiDialer(
      IpmiSettings settings,
      BmcTrace trace,
      Optional<DatagramChannel> socket,
      RandomGenerator random) {
    this.settings = settings;
    this.trace = trace;
    this.random = random;
    this.socket = new IpmiSocket(socket, random);
  }

  @Override
  public Bmc dial(BmcAddress address, BmcCredentials credentials) {
    if (!address.scheme().equals("ipmi")) {
      throw new IllegalArgumentException("not an IPMI address: " + address);
    }
    var _ = userName(address, credentials);
    var bytes = password(address, credentials);
    var account = new Account(address, credentials.user(), ByteBuffer.wrap(bytes));
    var shared = sessions.computeIfAbsent(account, this::shared).borrow();
    return new IpmiBmc(address, shared, trace);
  }

  private SharedSession shared(Account account) {
    return new SharedSession(socket, settings, () -> open(account), () -> sessions.remove(account));
  }

  static byte[] userName(BmcAddress address, BmcCredentials credentials) {
    var name = credentials.user().getBytes(StandardCharsets.UTF_8);
    return fitting(address, "user name", name, LONGEST_USER);
  }

  static byte[] password(BmcAddress address, BmcCredentials credentials) {
    var encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(credentials.password()));
    var bytes = new byte[encoded.remaining()];
    encoded.get(bytes);
    return fitting(address, "password", bytes, LONGEST_PASSWORD);
  }

  private static byte[] fitting(BmcAddress address, String what, byte[] bytes, int longest) {
    if (bytes.length > longest) {
      throw new BmcException(
          REFUSED_CREDENTIALS,
          address,
          "an IPMI %s has at most %d bytes, this one has %d"
              .formatted(what, longest, bytes.length));
    }
    return bytes;
  }

  private IpmiSession open(Account account) {
    var address = account.address();
    var remote = new InetSocketAddress(bare(address.host()), address.port());
    if (remote.isUnresolved()) {
      throw new BmcException(UNREACHABLE, address, "no address is known for " + address.host());
    }
    try {
      return new Handshake(
              socket,
              remote,
              address,
              settings,
              trace,
              random,
              account.user(),
              account.password().array())
          .open();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BmcException(UNREACHABLE, address, "interrupted while opening a session", e);
    }
  }

  private static String bare(String host) {
    return host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
  }

  /// Sessions that are open now, used or kept for the next caller.
  public int openSessions() {
    return socket.openLines();
  }

  /// Datagrams that could not be read or belonged to no session.
  public long unreadablePackets() {
    return socket.unreadable();
  }

  /// Ends all sessions, also those in use, and the socket, within two seconds.
  @Override
  public void close() {
    var ends =
        sessions.values().stream().map(session -> Thread.ofVirtual().start(session::end)).toList();
    long limit = System.nanoTime() + CLOSING.toNanos();
    try {
      for (var end : ends) {
        var left = Duration.ofNanos(Math.max(1, limit - System.nanoTime()));
        var _ = end.join(left);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      socket.close();
    }
  }
}
