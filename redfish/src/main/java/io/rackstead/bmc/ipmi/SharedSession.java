package io.rackstead.bmc.ipmi;

import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;

import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.ipmi.IpmiMessage.Response;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/// The session of one account on one BMC, shared by all who dialled it: opened at the first need,
/// opened again when the BMC dropped it, closed a while after the last has left. BMCs have places
/// for a handful of sessions only.
final class SharedSession {
  private final IpmiSocket socket;
  private final IpmiSettings settings;
  private final Supplier<IpmiSession> opener;
  private final Runnable whenEnded;
  private final ReentrantLock opening = new ReentrantLock();
  private Optional<IpmiSession> session = Optional.empty();
  private int users;
  private long uses;

  SharedSession(
      IpmiSocket socket, IpmiSettings settings, Supplier<IpmiSession> opener, Runnable whenEnded) {
    this.socket = socket;
    this.settings = settings;
    this.opener = opener;
    this.whenEnded = whenEnded;
  }

  IpmiSocket socket() {
    return socket;
  }

  IpmiSettings settings() {
    return settings;
  }

  /// Opens the session if there is none, so that a wrong password is heard of here and now.
  SharedSession borrow() {
    opening.lock();
    try {
      var _ = live();
      users++;
      uses++;
      return this;
    } catch (BmcException e) {
      whenEnded.run();
      throw e;
    } finally {
      opening.unlock();
    }
  }

  void giveBack() {
    opening.lock();
    try {
      users--;
      long now = uses;
      if (users == 0) {
        // closing waits for an answer, and the socket's own thread may not wait
        socket.later(settings.keepOpen(), () -> Thread.startVirtualThread(() -> endIfUnused(now)));
      }
    } finally {
      opening.unlock();
    }
  }

  byte[] exchange(Command command) {
    return with(command, current -> current.exchange(command));
  }

  Response answer(Command command) {
    return with(command, current -> current.answer(command));
  }

  /// A session that has worked and then meets silence may have been dropped by the BMC: one new
  /// session is tried, for commands that may be repeated.
  private <T> T with(Command command, Function<IpmiSession, T> use) {
    var current = current();
    boolean proven = current.proven();
    try {
      return use.apply(current);
    } catch (BmcException e) {
      if (e.kind() != UNREACHABLE
          || !proven
          || !command.repeatable()
          || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      return use.apply(current());
    }
  }

  IpmiSession current() {
    opening.lock();
    try {
      return live();
    } finally {
      opening.unlock();
    }
  }

  private IpmiSession live() {
    if (session.isPresent() && session.get().lost()) {
      session.get().close();
      session = Optional.empty();
    }
    if (session.isEmpty()) {
      session = Optional.of(opener.get());
    }
    return session.get();
  }

  private void endIfUnused(long since) {
    opening.lock();
    try {
      if (users == 0 && uses == since) {
        whenEnded.run();
        end();
      }
    } finally {
      opening.unlock();
    }
  }

  void end() {
    opening.lock();
    try {
      session.ifPresent(IpmiSession::close);
      session = Optional.empty();
    } finally {
      opening.unlock();
    }
  }
}
