package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.session.ClientSession;

/// The session of one account, for all who use it at the moment; the last one closes it. A host
/// with fifty virtual servers is asked for all of them each minute, and OpenSSH lets in ten
/// strangers at a time (MaxStartups) with ten commands each (MaxSessions).
final class SharedSsh {
  private static final int COMMANDS_AT_A_TIME = 8;

  private final Runnable gone;
  private final Semaphore places = new Semaphore(COMMANDS_AT_A_TIME);
  private final ReentrantLock lock = new ReentrantLock();
  private Optional<ClientSession> session = Optional.empty();
  private int users;
  private boolean ended;

  /// @param gone told when nobody uses it any more
  SharedSsh(Runnable gone) {
    this.gone = gone;
  }

  /// Counts another user, with a session that is open; false: it has ended, take another.
  boolean borrow(Supplier<ClientSession> open) {
    lock.lock();
    try {
      if (ended) {
        return false;
      }
      if (session.filter(ClientSession::isOpen).isEmpty()) {
        try {
          session = Optional.of(open.get());
        } finally {
          endUnlessUsed();
        }
      }
      users++;
      return true;
    } finally {
      lock.unlock();
    }
  }

  /// Where opening failed for its only user.
  private void endUnlessUsed() {
    if (session.filter(ClientSession::isOpen).isEmpty() && users == 0) {
      ended = true;
      gone.run();
    }
  }

  void giveBack() {
    lock.lock();
    try {
      users--;
      if (users == 0) {
        end();
      }
    } finally {
      lock.unlock();
    }
  }

  void end() {
    lock.lock();
    try {
      ended = true;
      session.ifPresent(open -> open.close(true));
      gone.run();
    } finally {
      lock.unlock();
    }
  }

  boolean isOpen() {
    lock.lock();
    try {
      return session.filter(ClientSession::isOpen).isPresent();
    } finally {
      lock.unlock();
    }
  }

  /// @param address by which its troubles are told
  /// @param line the command as the host's shell reads it
  Said run(BmcAddress address, Command command, String line) {
    var limit = command.verb().limit();
    try {
      if (!places.tryAcquire(limit.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new BmcException(
            BUSY, address, "%s waited %d s for its turn".formatted(command, limit.toSeconds()));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BmcException(UNREACHABLE, address, "interrupted before " + command, e);
    }
    try (var channel = opened().createExecChannel(line)) {
      return answered(channel, address, command);
    } catch (IOException e) {
      throw new BmcException(
          UNREACHABLE,
          address,
          "the SSH session broke in %s: %s"
              .formatted(command, Said.shown(String.valueOf(e.getMessage()))),
          e);
    } finally {
      places.release();
    }
  }

  private ClientSession opened() throws IOException {
    lock.lock();
    try {
      return session
          .filter(ClientSession::isOpen)
          .orElseThrow(() -> new IOException("the host closed the session"));
    } finally {
      lock.unlock();
    }
  }

  private Said answered(ChannelExec channel, BmcAddress address, Command command)
      throws IOException {
    var limit = command.verb().limit();
    var output = new Bounded();
    var errors = new Bounded();
    channel.setIn(new ByteArrayInputStream(command.input().getBytes(StandardCharsets.UTF_8)));
    channel.setOut(output);
    channel.setErr(errors);
    channel.open().verify(limit);
    var events = channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), limit);
    var status = channel.getExitStatus();
    if (events.contains(ClientChannelEvent.TIMEOUT)) {
      throw new BmcException(
          UNREACHABLE,
          address,
          "no answer to %s within %d s".formatted(command, limit.toSeconds()));
    }
    if (output.overflown()) {
      throw new BmcException(
          PROTOCOL, address, command + " said more than " + Line.MOST + " bytes");
    }
    if (status == null) {
      throw new IOException("it ended without a status");
    }
    return new Said(status, output.text(), errors.text());
  }
}
