package io.rackstead.console;

import static io.rackstead.bmc.BmcException.Kind.BUSY;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.SerialConsole;
import io.rackstead.http.Json;
import io.rackstead.machine.MachineId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One server's console: held once, seen by all who look, typed into by one of them. What is
/// written on it goes to the tape first.
final class Console {
  private static final Logger LOG = LoggerFactory.getLogger(Console.class);

  /// What a page is shown of what was there before it came.
  private static final int SHOWN = 256 << 10;

  /// What may wait for the disk; a serial line brings a few KiB in a second.
  private static final int MOST_WAITING = 1 << 20;

  /// RFC 6455 §7.4.1
  private static final int GOING_AWAY = 1001;

  private static final int POLICY = 1008;

  private static final Duration FIRST_WAIT = Duration.ofSeconds(2);
  private static final Duration LONGEST_WAIT = Duration.ofSeconds(60);

  /// How long it stays open for nobody.
  private static final Duration LINGERS = Duration.ofSeconds(30);

  enum State {
    /// not open, and nobody wants it to be
    IDLE,
    CONNECTING,
    OPEN,
    /// not open, tried again after a while
    WAITING,
    /// there is none
    ABSENT
  }

  /// How the server's BMC is reached; a [BmcException] says why not.
  @FunctionalInterface
  interface Dial {
    /// @return empty, where it has no BMC
    Optional<Bmc> dial();
  }

  private final MachineId machine;
  private final Tape tape;
  private final Dial dial;
  private final InstantSource clock;
  private final Consumer<String> began;
  private final ReentrantLock lock = new ReentrantLock();
  private final Set<Viewer> viewers = new LinkedHashSet<>();

  /// Guards what has come and is not kept yet: whoever brings it may not wait for the disk.
  private final ReentrantLock inbox = new ReentrantLock();

  private final List<byte[]> waiting = new ArrayList<>();
  private int waitingBytes;
  private boolean emptying;
  private Optional<SerialConsole.Stream> stream = Optional.empty();
  private Optional<Viewer> writer = Optional.empty();
  private State state = State.IDLE;
  private String why = "";
  private boolean kept;
  private boolean over;
  private String whose = "";
  private Duration wait = FIRST_WAIT;
  private Instant next = Instant.EPOCH;
  private Instant lastWanted = Instant.EPOCH;

  /// @param began told the name of a boot as its first output comes
  Console(MachineId machine, Tape tape, Dial dial, InstantSource clock, Consumer<String> began) {
    this.machine = machine;
    this.tape = tape;
    this.dial = dial;
    this.clock = clock;
    this.began = began;
  }

  /// What is known of it, as clients are told.
  Map<String, Object> shown() {
    return locked(() -> {
      var shown = new LinkedHashMap<String, Object>();
      shown.put("state", state.name().toLowerCase(Locale.ROOT));
      shown.put("why", why);
      shown.put("writer", writer.map(Viewer::username).orElse(""));
      shown.put("viewers", viewers.stream().map(Viewer::username).sorted().toList());
      return shown;
    });
  }

  /// Shows what was there before, and from then on what comes.
  void join(Viewer viewer) {
    locked(() -> {
      // under the lock nothing can come between the two
      viewer.line().send(tail());
      viewers.add(viewer);
      tellAll();
      return true;
    });
    look();
  }

  private byte[] tail() {
    try {
      return tape.tail(SHOWN);
    } catch (IOException e) {
      LOG.warn("machine={} console: what was kept cannot be read: {}", machine, e.toString());
      return new byte[0];
    }
  }

  void leave(Viewer viewer) {
    locked(() -> {
      viewers.remove(viewer);
      writer = writer.filter(one -> one != viewer);
      tellAll();
      return true;
    });
  }

  /// Who may look is asked as they come; when the machine gets another owner all have to come
  /// again.
  void belongsTo(String owner) {
    locked(() -> {
      if (!whose.isEmpty() && !whose.equals(owner)) {
        viewers.forEach(viewer -> viewer.line().close(POLICY, "the machine has another owner now"));
        viewers.clear();
        writer = Optional.empty();
      }
      whose = owner;
      return true;
    });
  }

  /// Takes the keyboard, from whoever has it.
  void take(Viewer viewer) {
    locked(() -> {
      writer = Optional.of(viewer);
      tellAll();
      return true;
    });
  }

  void give(Viewer viewer) {
    locked(() -> {
      writer = writer.filter(one -> one != viewer);
      tellAll();
      return true;
    });
  }

  boolean types(Viewer viewer) {
    return locked(() -> writer.filter(one -> one == viewer).isPresent());
  }

  /// A [BmcException] where the server takes nothing.
  void type(byte[] keys) {
    locked(() -> stream).ifPresent(open -> open.type(keys));
  }

  void sendBreak() {
    locked(() -> stream).ifPresent(SerialConsole.Stream::sendBreak);
  }

  /// Whether it is to be open with nobody there.
  void keep(boolean wanted) {
    locked(() -> kept = wanted);
  }

  /// At most each second or two: opens it, tries again, and lets go of it.
  void look() {
    look(false);
  }

  /// Ends another's use of it.
  void takeOver() {
    locked(() -> next = Instant.EPOCH);
    look(true);
  }

  private void look(boolean takeOver) {
    var now = clock.instant();
    Optional<SerialConsole.Stream> close =
        locked(() -> {
          boolean wanted = !over && (kept || !viewers.isEmpty());
          if (wanted) {
            lastWanted = now;
          }
          if (wanted && stream.isEmpty() && state != State.CONNECTING && !now.isBefore(next)) {
            become(State.CONNECTING, "");
            Thread.ofVirtual().name("console-" + machine).start(() -> open(takeOver));
          }
          boolean leave = !wanted && (over || now.isAfter(lastWanted.plus(LINGERS)));
          if (leave && state != State.CONNECTING) {
            become(State.IDLE, "");
          }
          return leave ? stream : Optional.empty();
        });
    close.ifPresent(SerialConsole.Stream::close);
  }

  private void open(boolean takeOver) {
    try (var bmc = Closing.of(dial.dial())) {
      var console = bmc.bmc().flatMap(one -> one.facet(SerialConsole.class));
      if (console.isEmpty()) {
        absent(
            bmc.bmc().isEmpty()
                ? "its power is manual: there is no BMC that could show its console"
                : "its BMC offers no serial console");
        return;
      }
      var opened = console.get().open(new Screen(), takeOver);
      boolean late =
          locked(() -> {
            if (over) {
              return true;
            }
            stream = Optional.of(opened);
            wait = FIRST_WAIT;
            become(State.OPEN, "");
            return false;
          });
      if (late) {
        opened.close();
      }
    } catch (BmcException e) {
      LOG.debug("machine={} console: {}", machine, e.getMessage());
      later(
          e.kind() == BUSY ? e.getMessage() + "; or take it over" : String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("machine={} the console could not be opened", machine, e);
      later("it could not be opened: the appliance's log has the details");
    }
  }

  /// A BMC that was dialled, or none.
  private record Closing(Optional<Bmc> bmc) implements AutoCloseable {
    static Closing of(Optional<Bmc> bmc) {
      return new Closing(bmc);
    }

    @Override
    public void close() {
      bmc.ifPresent(Bmc::close);
    }
  }

  private void absent(String reason) {
    locked(() -> {
      next = clock.instant().plus(LONGEST_WAIT);
      become(State.ABSENT, reason);
      return true;
    });
  }

  private void later(String reason) {
    locked(() -> {
      next = clock.instant().plus(wait);
      wait = wait.multipliedBy(2).compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait.multipliedBy(2);
      become(State.WAITING, reason);
      return true;
    });
  }

  private void become(State now, String reason) {
    if (state != now || !why.equals(reason)) {
      state = now;
      why = reason;
      tellAll();
    }
  }

  private void tellAll() {
    for (var viewer : viewers) {
      var told = new LinkedHashMap<>(shown());
      told.put("yours", writer.filter(one -> one == viewer).isPresent());
      viewer.line().send(Json.text(told));
    }
  }

  /// One that could not be opened while the server was off may be open in a moment.
  void poweredOn() {
    locked(() -> {
      tape.poweredOn();
      wait = FIRST_WAIT;
      next = Instant.EPOCH;
      return true;
    });
  }

  void bootedFromNetwork() {
    locked(() -> {
      tape.bootedFromNetwork();
      return true;
    });
  }

  <T> T read(Reading<T> reading) throws IOException {
    lock.lock();
    try {
      return reading.of(tape);
    } finally {
      lock.unlock();
    }
  }

  @FunctionalInterface
  interface Reading<T> {
    T of(Tape tape) throws IOException;
  }

  /// Closes it for good.
  ///
  /// @param erase whether what was kept goes, too
  void end(boolean erase) {
    locked(() -> over = true);
    look();
    locked(() -> {
      viewers.forEach(viewer -> viewer.line().close(GOING_AWAY, "nothing more is shown here"));
      viewers.clear();
      return true;
    });
    if (erase) {
      try {
        read(tape -> {
          tape.erase();
          return true;
        });
      } catch (IOException e) {
        LOG.warn("machine={} console: what was kept cannot be removed: {}", machine, e.toString());
      }
    }
  }

  private final class Screen implements SerialConsole.Screen {
    @Override
    public void shows(byte[] output) {
      boolean start =
          holding(
              inbox,
              () -> {
                // the disk does not keep up: the newest is what counts
                while (waitingBytes + output.length > MOST_WAITING && !waiting.isEmpty()) {
                  waitingBytes -= waiting.removeFirst().length;
                }
                waiting.add(output);
                waitingBytes += output.length;
                boolean idle = !emptying;
                emptying = true;
                return idle;
              });
      if (start) {
        Thread.ofVirtual().name("console-" + machine).start(Console.this::record);
      }
    }

    @Override
    public void ended(String reason) {
      Thread.ofVirtual().name("console-" + machine).start(() -> closed(reason));
    }
  }

  private void closed(String reason) {
    locked(() -> {
      stream = Optional.empty();
      next = clock.instant().plus(FIRST_WAIT);
      become(reason.isEmpty() ? State.IDLE : State.WAITING, reason);
      return true;
    });
  }

  /// Keeps and shows what has come, until there is no more.
  private void record() {
    while (true) {
      var bytes = holding(inbox, this::arrived);
      if (bytes.isEmpty()) {
        return;
      }
      locked(() -> {
        keep(bytes.get());
        viewers.forEach(viewer -> viewer.line().send(bytes.get()));
        return true;
      });
    }
  }

  private Optional<byte[]> arrived() {
    if (waiting.isEmpty()) {
      emptying = false;
      return Optional.empty();
    }
    var all = new byte[waitingBytes];
    int at = 0;
    for (var one : waiting) {
      System.arraycopy(one, 0, all, at, one.length);
      at += one.length;
    }
    waiting.clear();
    waitingBytes = 0;
    return Optional.of(all);
  }

  private void keep(byte[] bytes) {
    try {
      if (tape.write(bytes)) {
        began.accept(tape.list().getFirst().name());
      }
    } catch (IOException e) {
      LOG.warn("machine={} console: not kept: {}", machine, e.toString());
    }
  }

  private <T> T locked(Supplier<T> work) {
    return holding(lock, work);
  }

  private static <T> T holding(ReentrantLock one, Supplier<T> work) {
    one.lock();
    try {
      return work.get();
    } finally {
      one.unlock();
    }
  }
}
