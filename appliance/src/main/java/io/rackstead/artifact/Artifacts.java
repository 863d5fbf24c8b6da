package io.rackstead.artifact;

import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.artifact.Declared.State;
import io.rackstead.http.Problem;
import io.rackstead.image.Artifact;
import io.rackstead.image.directory.ArtifactStore;
import io.rackstead.pxe.BootFile;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.io.IOException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Artifacts at work: declared, then fetched by us or uploaded to us, checked, kept, and served by
/// their digest. A fetch that a crash interrupts is begun anew.
public final class Artifacts {
  private static final Logger LOG = LoggerFactory.getLogger(Artifacts.class);
  private static final int AT_A_TIME = 2;
  private static final int TRIES = 8;
  private static final int URL = 2000;

  /// How they are called at the boot services' HTTP side.
  public static final String PREFIX = "artifact/";

  private final ArtifactRows rows = new ArtifactRows();
  private final Database database;
  private final ArtifactStore store;
  private final Fetcher fetcher;
  private final InstantSource clock;
  private final Executor workers;
  private final Semaphore ways = new Semaphore(AT_A_TIME);
  private final Set<Long> running = ConcurrentHashMap.newKeySet();
  private volatile Set<String> kept = Set.of();

  /// @param workers fetch; one fetch may take hours
  public Artifacts(
      Database database,
      ArtifactStore store,
      Fetcher fetcher,
      InstantSource clock,
      Executor workers) {
    this.database = database;
    this.store = store;
    this.fetcher = fetcher;
    this.clock = clock;
    this.workers = workers;
    remember();
  }

  public List<Declared> list() {
    return database.read(rows::all);
  }

  public Optional<Declared> find(String name) {
    return database.read(tx -> rows.find(tx, name));
  }

  private void remember() {
    kept =
        list().stream()
            .filter(Declared::present)
            .map(Declared::sha256)
            .collect(Collectors.toUnmodifiableSet());
  }

  /// What a name of the boot services' HTTP side leads to: who knows a digest knows the content.
  public Optional<BootFile> open(String name) {
    var sha256 = name.startsWith(PREFIX) ? name.substring(PREFIX.length()) : "";
    if (!kept.contains(sha256)) {
      return Optional.empty();
    }
    return list().stream()
        .filter(one -> one.present() && one.sha256().equals(sha256))
        .findFirst()
        .flatMap(one ->
            store
                .find(new Artifact(one.bytes(), sha256))
                .map(path -> new BootFile.OnDisk(path, one.bytes(), sha256)));
  }

  /// Declared anew under a name that there is, it takes that one's place.
  Declared declare(String name, String url, String sha256, long bytes, Origin by) {
    if (!Declared.NAME.matcher(name).matches()) {
      throw new Problem(
          400, "an artifact's name has lower-case letters, digits, dots, - and _, at most 64");
    }
    if (!Declared.SHA256.matcher(sha256).matches()) {
      throw new Problem(400, "sha256 is 64 lower-case hexadecimal digits");
    }
    if (bytes < 0 || bytes > Fetcher.LIMIT) {
      throw new Problem(400, "bytes is 0 (not known) to " + Fetcher.LIMIT);
    }
    if (!url.isEmpty() && !url.matches("https?://[\\x21-\\x7e]{1," + URL + "}")) {
      throw new Problem(400, "url is http:// or https://, or left out for an upload");
    }
    if (url.length() > URL) {
      throw new Problem(400, "url has at most " + URL + " characters");
    }
    if (url.isEmpty() && bytes == 0) {
      throw new Problem(400, "an upload says its bytes before it begins");
    }
    var now = clock.instant();
    var there =
        list().stream().filter(one -> one.present() && one.sha256().equals(sha256)).findFirst();
    var asked =
        new Declared(
            0,
            name,
            url,
            sha256,
            there.map(Declared::bytes).orElse(bytes),
            there.isPresent() ? State.PRESENT : url.isEmpty() ? State.AWAITED : State.WANTED,
            0,
            now,
            "");
    var made =
        database.inTransaction(tx -> {
          Audit.write(tx, now, by, "artifact %s: %s %s".formatted(name, sha256, url));
          return rows.put(tx, asked);
        });
    remember();
    begun(made);
    return made;
  }

  /// What was uploaded under that number before is of another artifact.
  private void begun(Declared made) {
    try {
      store.forgetUpload(made.id());
    } catch (IOException e) {
      throw new Problem(503, "an earlier upload is in the way: " + e.getMessage(), e);
    }
  }

  Declared mustFind(String name) {
    return find(name).orElseThrow(() -> new Problem(404, "no artifact " + name));
  }

  void again(Declared declared, Origin by) {
    if (declared.url().isEmpty()) {
      throw new Problem(409, declared.name() + " is uploaded, not fetched");
    }
    var now = clock.instant();
    database.change(tx -> {
      rows.change(tx, declared, declared.to(State.WANTED, now, ""));
      Audit.write(tx, now, by, "artifact " + declared.name() + " is fetched again");
    });
  }

  void delete(Declared declared, Origin by) {
    database.change(tx -> {
      rows.delete(tx, declared);
      Audit.write(tx, clock.instant(), by, "removed artifact " + declared.name());
    });
    remember();
    try {
      store.forgetUpload(declared.id());
      if (running.isEmpty()) {
        store.keepOnly(kept);
      }
    } catch (IOException e) {
      LOG.warn("artifact={} its file stays for now: {}", declared.name(), e.getMessage());
    }
  }

  /// Takes the piece of an upload that begins at an offset; one that was taken already is not taken
  /// twice. Answers how much is there.
  long upload(Declared declared, long offset, byte[] piece, Origin by) {
    if (declared.state() != State.AWAITED && declared.state() != State.FAILED) {
      throw new Problem(409, declared.name() + " is not waited for: declare it without a url");
    }
    if (!running.add(declared.id())) {
      throw new Problem(409, "another piece of " + declared.name() + " is on its way");
    }
    try {
      long received = store.received(declared.id());
      if (offset != received) {
        throw new Problem(
            409, "%d bytes are there, this piece begins at %d".formatted(received, offset));
      }
      long all = store.append(declared.id(), declared.bytes(), piece);
      if (all == declared.bytes()) {
        store.finish(declared.name(), declared.id(), declared.sha256(), declared.bytes());
        arrived(declared, declared.bytes(), tx -> audit(tx, declared, by));
      }
      return all;
    } catch (IOException e) {
      throw new Problem(409, String.valueOf(e.getMessage()), e);
    } finally {
      running.remove(declared.id());
    }
  }

  private void audit(Tx tx, Declared declared, Origin by) {
    Audit.write(tx, clock.instant(), by, "uploaded artifact " + declared.name());
  }

  private void arrived(Declared declared, long bytes, java.util.function.Consumer<Tx> with) {
    database.change(tx -> {
      rows.change(tx, declared, declared.there(bytes));
      with.accept(tx);
    });
    remember();
    LOG.info("artifact={} is there: {} bytes", declared.name(), bytes);
  }

  /// To be called every second or so: begins the fetches that are due.
  public void look() {
    var now = clock.instant();
    for (var wanted : list()) {
      if (wanted.state() == State.WANTED
          && !wanted.dueAt().isAfter(now)
          && !running.contains(wanted.id())
          && ways.tryAcquire()) {
        running.add(wanted.id());
        workers.execute(() -> fetch(wanted));
      }
    }
  }

  private void fetch(Declared wanted) {
    try {
      var taken = fetcher.fetch(wanted);
      arrived(wanted, taken.sizeBytes(), _ -> {});
    } catch (IOException e) {
      boolean over = e instanceof Fetcher.Refused || wanted.tries() + 1 >= TRIES;
      var why = String.valueOf(e.getMessage());
      var pause = Duration.ofSeconds(Math.min(600, 5L << Math.min(wanted.tries(), 7)));
      LOG.warn("artifact={} not fetched: {}", wanted.name(), why);
      database.change(tx ->
          rows.change(
              tx,
              wanted,
              wanted.to(over ? State.FAILED : State.WANTED, clock.instant().plus(pause), why)));
    } finally {
      running.remove(wanted.id());
      ways.release();
    }
  }
}
