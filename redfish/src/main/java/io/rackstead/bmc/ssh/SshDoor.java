package io.rackstead.bmc.ssh;

import static io.rackstead.bmc.BmcException.Kind.REFUSED_CREDENTIALS;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNTRUSTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.Shown;
import java.io.IOException;
import java.net.SocketAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.PublicKey;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.auth.password.UserAuthPasswordFactory;
import org.apache.sshd.client.auth.pubkey.UserAuthPublicKeyFactory;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.AttributeRepository;
import org.apache.sshd.common.AttributeRepository.AttributeKey;
import org.apache.sshd.common.NamedFactory;
import org.apache.sshd.common.SshConstants;
import org.apache.sshd.common.SshException;
import org.apache.sshd.common.keyprovider.KeyIdentityProvider;
import org.apache.sshd.common.signature.BuiltinSignatures;
import org.apache.sshd.common.signature.Signature;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.apache.sshd.core.CoreModuleProperties;

/// Opens SSH sessions (RFC 4253, 4252): the host's key is held against the one that it had before
/// anything of ours is sent, then our key or a password opens. Nothing of the configuration of
/// whoever runs this process is read.
public final class SshDoor implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration AUTHENTICATE = Duration.ofSeconds(15);

  /// RFC 4253 §11.1
  private static final int REFUSED = SshConstants.SSH2_DISCONNECT_NO_MORE_AUTH_METHODS_AVAILABLE;

  private static final List<BuiltinSignatures> HOST_KEYS =
      List.of(
          BuiltinSignatures.nistp256,
          BuiltinSignatures.nistp384,
          BuiltinSignatures.nistp521,
          BuiltinSignatures.rsaSHA512,
          BuiltinSignatures.rsaSHA256,
          BuiltinSignatures.ed25519);

  private static final AttributeKey<Visit> VISIT = new AttributeKey<>();

  private final BmcTrust trust;
  private final Supplier<SshKey> key;
  private final ReentrantLock making = new ReentrantLock();
  private Optional<SshClient> client = Optional.empty();

  /// One attempt: why the host was not believed comes out of a callback.
  private static final class Visit {
    private final SshAccount account;
    private final BmcAddress address;
    private volatile Optional<String> refusal = Optional.empty();

    Visit(SshAccount account, BmcAddress address) {
      this.account = account;
      this.address = address;
    }
  }

  /// @param key shown where an account has no password; asked for when it is needed
  public SshDoor(BmcTrust trust, Supplier<SshKey> key) {
    this.trust = trust;
    this.key = key;
  }

  /// Made at the first need: threads and tables of algorithms, for who has need of them.
  private SshClient client() {
    making.lock();
    try {
      var made = client.orElseGet(this::started);
      client = Optional.of(made);
      return made;
    } finally {
      making.unlock();
    }
  }

  private SshClient started() {
    var made = SshClient.setUpDefaultClient();
    made.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
    made.setKeyIdentityProvider(KeyIdentityProvider.EMPTY_KEYS_PROVIDER);
    made.setServerKeyVerifier(this::believed);
    made.setUserAuthFactories(
        List.of(UserAuthPublicKeyFactory.INSTANCE, UserAuthPasswordFactory.INSTANCE));
    // a host has a key of each kind: always the same one is asked for, or a pin would not hold
    made.setSignatureFactories(
        HOST_KEYS.stream()
            .filter(BuiltinSignatures::isSupported)
            .map(kind -> (NamedFactory<Signature>) kind)
            .toList());
    CoreModuleProperties.NIO_WORKERS.set(made, 2);
    CoreModuleProperties.HEARTBEAT_INTERVAL.set(made, Duration.ofSeconds(10));
    CoreModuleProperties.HEARTBEAT_NO_REPLY_MAX.set(made, 3);
    made.start();
    return made;
  }

  /// A session of its own.
  ///
  /// @param as what it is for, by which its troubles are told
  public ClientSession open(SshAccount account, BmcAddress as) {
    var visit = new Visit(account, as);
    var session = connected(account, visit);
    try {
      if (account.password().isEmpty()) {
        session.addPublicKeyIdentity(key.get().pair());
      } else {
        session.addPasswordIdentity(account.password());
      }
      session.auth().verify(AUTHENTICATE);
      return session;
    } catch (IOException e) {
      session.close(true);
      throw failed(account, visit, e);
    }
  }

  private ClientSession connected(SshAccount account, Visit visit) {
    var host = account.host().host();
    var bare = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
    try {
      return client()
          .connect(
              account.user(),
              bare,
              account.host().port(),
              AttributeRepository.ofKeyValuePair(VISIT, visit))
          .verify(CONNECT)
          .getSession();
    } catch (IOException e) {
      throw new BmcException(
          UNREACHABLE,
          visit.address,
          "no SSH connection: " + Shown.line(String.valueOf(e.getMessage())),
          e);
    }
  }

  private BmcException failed(SshAccount account, Visit visit, IOException e) {
    if (visit.refusal.isPresent()) {
      return new BmcException(UNTRUSTED, visit.address, visit.refusal.get());
    }
    boolean refused = e instanceof SshException ssh && ssh.getDisconnectCode() == REFUSED;
    if (!refused) {
      return new BmcException(
          UNREACHABLE,
          visit.address,
          "the SSH session of \"%s\" was not opened: %s"
              .formatted(account.user(), Shown.line(String.valueOf(e.getMessage()))),
          e);
    }
    return new BmcException(
        REFUSED_CREDENTIALS,
        visit.address,
        account.password().isEmpty()
            ? "does not let \"%s\" in with our key: append to its ~/.ssh/authorized_keys: %s"
                .formatted(account.user(), key.get().authorized())
            : "wrong password for \"%s\", or it takes none".formatted(account.user()),
        e);
  }

  private boolean believed(ClientSession session, SocketAddress remote, PublicKey seen) {
    var context = session.getConnectionContext();
    var visit = context == null ? null : context.getAttribute(VISIT);
    if (visit == null) {
      throw new IllegalStateException("a connection to " + remote + " that nobody asked for");
    }
    var fingerprint = fingerprint(seen);
    var known = trust.pin(visit.account.host(), fingerprint);
    if (!known.equals(fingerprint)) {
      visit.refusal =
          Optional.of(
              "its SSH host key is not the one it had: was %s, is %s; no credentials were sent. If the change is known to be right, %s"
                  .formatted(
                      known, fingerprint, trust.howToAccept(visit.account.host(), fingerprint)));
      return false;
    }
    return true;
  }

  /// The digest that `ssh-keygen -l` shows, in hexadecimal.
  static String fingerprint(PublicKey key) {
    var blob = new ByteArrayBuffer();
    blob.putRawPublicKey(key);
    try {
      return "sha256:"
          + HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(blob.getCompactData()));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }

  /// Ends all sessions, also those in use.
  @Override
  public void close() {
    making.lock();
    try {
      client.ifPresent(SshClient::stop);
    } finally {
      making.unlock();
    }
  }
}
