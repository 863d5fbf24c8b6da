package io.rackstead.bmc.ssh;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.bmc.Shown;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.channel.PtyCapableChannelSession;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.SshConstants;

/// An open serial console at the end of an SSH session of its own: a shared one would be full after
/// ten consoles (OpenSSH, MaxSessions). What comes is shown on the thread that it comes on; what is
/// typed is sent by a thread that may wait for the other side.
public final class SshConsole implements SerialConsole.Stream {
  private static final Duration OPENING = Duration.ofSeconds(20);

  /// How long after its greeting the other side may still say that there is no console.
  private static final Duration SETTLING = Duration.ofSeconds(2);

  private static final int MOST_WAITING = 64 * 1024;

  /// RFC 4335 §3: what a length of zero means is the other side's choice, half a second is a break
  /// to every UART.
  private static final long BREAK_MS = 500;

  /// How one comes from a session to the console.
  ///
  /// @param command empty: the shell that one is given is the console, or leads to it
  /// @param entry typed first
  /// @param greeting once a line with this has come, and two seconds have passed without an end, it
  ///   is open, and what came after is the server's; empty: it is open at once
  /// @param breaks whether the other side knows RFC 4335
  public record Way(String command, String entry, String greeting, boolean breaks) {}

  private sealed interface Key {
    record Typed(byte[] bytes) implements Key {}

    record Break() implements Key {}
  }

  private final BmcAddress address;
  private final ClientSession session;
  private final PtyCapableChannelSession channel;
  private final boolean breaks;
  private final SerialConsole.Screen screen;
  private final ShownOutput output;
  private final CompletableFuture<Void> greeted = new CompletableFuture<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final Deque<Key> keys = new ArrayDeque<>();
  private int waiting;
  private boolean settled;
  private boolean closing;
  private boolean ended;

  private SshConsole(
      BmcAddress address,
      ClientSession session,
      PtyCapableChannelSession channel,
      Way way,
      SerialConsole.Screen screen) {
    this.address = address;
    this.session = session;
    this.channel = channel;
    this.breaks = way.breaks();
    this.screen = screen;
    this.output = new ShownOutput(way.greeting(), screen, greeted);
  }

  /// @param refused what it means that the other side said this and no more
  public static SerialConsole.Stream open(
      SshDoor door,
      SshAccount account,
      BmcAddress address,
      Way way,
      SerialConsole.Screen screen,
      Function<String, BmcException> refused) {
    var session = door.open(account, address);
    try {
      var channel =
          way.command().isEmpty()
              ? session.createShellChannel()
              : session.createExecChannel(way.command());
      channel.setUsePty(true);
      channel.setPtyType("vt220");
      var console = new SshConsole(address, session, channel, way, screen);
      console.open(way, refused);
      return console;
    } catch (IOException e) {
      session.close(true);
      throw new BmcException(
          UNREACHABLE,
          address,
          "its SSH server opened no console: " + Shown.line(String.valueOf(e.getMessage())),
          e);
    } catch (RuntimeException e) {
      session.close(true);
      throw e;
    }
  }

  private void open(Way way, Function<String, BmcException> refused) throws IOException {
    channel.setOut(output);
    channel.setErr(output);
    channel.addCloseFutureListener(_ -> end());
    channel.open().verify(OPENING);
    try {
      greeted.get(OPENING.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException _) {
      throw refused.apply(output.said());
    } catch (TimeoutException e) {
      throw new BmcException(
          UNREACHABLE,
          address,
          "its console did not open within %d s: %s"
              .formatted(OPENING.toSeconds(), Shown.line(output.said())),
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BmcException(UNREACHABLE, address, "interrupted while its console opened", e);
    }
    boolean refusedLate =
        !way.greeting().isEmpty()
            && channel
                .waitFor(EnumSet.of(ClientChannelEvent.CLOSED), SETTLING)
                .contains(ClientChannelEvent.CLOSED);
    if (refusedLate || !settled()) {
      throw refused.apply(output.said());
    }
    output.release();
    Thread.ofVirtual().name("console-keys").start(this::send);
    if (!way.entry().isEmpty()) {
      type((way.entry() + "\r").getBytes(StandardCharsets.UTF_8));
    }
  }

  /// From here on its end is told to the screen; no: it has ended already.
  private boolean settled() {
    lock.lock();
    try {
      settled = !ended;
      return settled;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void type(byte[] typed) {
    put(new Key.Typed(typed.clone()), typed.length);
  }

  @Override
  public void sendBreak() {
    if (!breaks) {
      throw new BmcException(
          UNSUPPORTED,
          address,
          "its console takes no break; for SysRq write to /proc/sysrq-trigger");
    }
    put(new Key.Break(), 1);
  }

  private void put(Key key, int size) {
    lock.lock();
    try {
      if (ended || closing) {
        throw new BmcException(UNREACHABLE, address, "the serial console has ended");
      }
      if (waiting + size > MOST_WAITING) {
        throw new BmcException(BUSY, address, "the server takes nothing of what is typed");
      }
      waiting += size;
      keys.add(key);
      changed.signal();
    } finally {
      lock.unlock();
    }
  }

  /// Until the console ends.
  private void send() {
    try {
      while (true) {
        switch (next()) {
          case Key.Typed(var bytes) -> {
            channel.getInvertedIn().write(bytes);
            channel.getInvertedIn().flush();
            sent(bytes.length);
          }
          case Key.Break _ -> {
            var request = session.createBuffer(SshConstants.SSH_MSG_CHANNEL_REQUEST, 32);
            request.putUInt(channel.getRecipient());
            request.putString("break");
            request.putBoolean(false);
            request.putUInt(BREAK_MS);
            var _ = channel.writePacket(request);
            sent(1);
          }
        }
      }
    } catch (IOException _) {
      // the session is gone, or takes nothing; who looks is told by the channel's end
      session.close(true);
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      session.close(true);
    }
  }

  /// An [IOException] once it has ended.
  private Key next() throws IOException, InterruptedException {
    lock.lock();
    try {
      while (true) {
        if (ended || closing) {
          throw new IOException("ended");
        }
        if (!keys.isEmpty()) {
          return keys.remove();
        }
        changed.await();
      }
    } finally {
      lock.unlock();
    }
  }

  private void sent(int size) {
    lock.lock();
    try {
      waiting -= size;
    } finally {
      lock.unlock();
    }
  }

  /// The channel is closed, whoever did it.
  private void end() {
    boolean ours;
    boolean open;
    lock.lock();
    try {
      if (ended) {
        return;
      }
      ended = true;
      ours = closing;
      open = settled;
      changed.signal();
    } finally {
      lock.unlock();
    }
    greeted.completeExceptionally(new IOException("closed"));
    // one that never was open is the opener's to tell of
    if (open) {
      screen.ended(ours ? "" : reason());
    }
    session.close(true);
  }

  private String reason() {
    return channel.getExitStatus() == null
        ? "the SSH session with " + address + " broke"
        : "the other side ended it";
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closing = true;
      changed.signal();
    } finally {
      lock.unlock();
    }
    session.close(true);
  }
}
