package io.rackstead.handover;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Audit;
import io.rackstead.access.Origin;
import io.rackstead.access.Secret;
import io.rackstead.access.Vault;
import io.rackstead.agent.AgentWork;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.declared.BadBroker;
import io.rackstead.broker.declared.BrokerFile;
import io.rackstead.broker.declared.Brokers;
import io.rackstead.broker.declared.DeclaredBroker;
import io.rackstead.broker.declared.Wire;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.machine.Machine;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// The targets that an operator has set up. What is secret in them lies in the vault and is never
/// shown.
public final class Targets {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_.-]{0,63}");
  private static final int VALUE = 16_000;

  private final Database database;
  private final Vault vault;
  private final Brokers brokers;
  private final InstantSource clock;
  private final Wire wire;

  /// @param wire how brokers speak
  public Targets(Database database, Vault vault, Brokers brokers, Wire wire, InstantSource clock) {
    this.wire = wire;
    this.database = database;
    this.vault = vault;
    this.brokers = brokers;
    this.clock = clock;
  }

  Brokers brokers() {
    return brokers;
  }

  List<Target> list() {
    return database.read(tx ->
        tx.list(
            "select id, name, broker, document from handover_target order by name", Targets::row));
  }

  public Optional<Target> find(String name) {
    return list().stream().filter(target -> target.name().equals(name)).findFirst();
  }

  private static Target row(java.sql.ResultSet row) throws java.sql.SQLException {
    try {
      return new Target(
          row.getLong(1),
          row.getString(2),
          row.getString(3),
          Json.instance().readValue(row.getString(4), new TypeReference<Map<String, String>>() {}));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a stored target cannot be read", e);
    }
  }

  private static String secret(String target, String key) {
    return "target/" + target + "/" + key;
  }

  /// The first target of that broker; where there is none, one with that name and the broker's own
  /// values is set up.
  public String of(String broker, String otherwise, Origin by) {
    return list().stream()
        .filter(target -> target.broker().equals(broker))
        .map(Target::name)
        .findFirst()
        .orElseGet(() -> put(otherwise, broker, Json.instance().createObjectNode(), by).name());
  }

  BrokerFile file(String broker) {
    try {
      return brokers
          .find(broker)
          .orElseThrow(() ->
              new Problem(400, "no broker '%s'; there are %s".formatted(broker, brokers.names())));
    } catch (BadBroker e) {
      throw new Problem(400, "the broker " + broker + " cannot be used: " + e.getMessage(), e);
    }
  }

  /// Sets one up, or changes it; a secret that is left out stays as it was.
  public Target put(String name, String broker, JsonNode asked, Origin by) {
    if (!NAME.matcher(name).matches()) {
      throw new Problem(400, "a target's name has letters, digits, dots, - and _, at most 64");
    }
    var file = file(broker);
    var open = new HashMap<String, String>();
    var closed = new HashMap<String, String>();
    for (var entry : asked.properties()) {
      var key = file.keys().get(entry.getKey());
      if (key == null
          || !entry.getValue().isTextual()
          || entry.getValue().asText().length() > VALUE) {
        throw new Problem(
            400,
            "config has texts for %s of the broker %s".formatted(file.keys().keySet(), broker));
      }
      (key.secret() ? closed : open).put(entry.getKey(), entry.getValue().asText());
    }
    database.change(tx -> {
      closed.forEach((key, value) -> vault.put(tx, secret(name, key), Secret.of(value)));
      made(tx, file, name, open);
      tx.change("delete from handover_target where name = ?", name);
      tx.insert(
          "insert into handover_target (name, broker, document) values (?, ?, ?)",
          name,
          broker,
          Json.text(open));
      Audit.write(tx, clock.instant(), by, "target " + name + ": " + broker);
    });
    return find(name).orElseThrow();
  }

  public void delete(Target target, Origin by) {
    database.change(tx -> {
      tx.change("delete from handover_target where name = ?", target.name());
      var owner = secret(target.name(), "");
      tx.change("delete from secret where left(owner, ?) = ?", owner.length(), owner);
      Audit.write(tx, clock.instant(), by, "removed target " + target.name());
    });
  }

  /// A target's name, its broker, and what of what was prepared becomes the first start.
  record Brokering(String target, DeclaredBroker broker, Function<Receipt, String> script) {}

  /// How a machine's BMC is reached, for layers that switch it themselves.
  Handover.Bmc bmc(Machine machine) {
    var power = machine.power();
    return power
        .bmc()
        .map(address ->
            new Handover.Bmc(
                power.type(),
                address.toString(),
                address.host(),
                String.valueOf(address.port()),
                power.user(),
                database
                    .read(tx -> vault.get(tx, AgentWork.bmcPassword(machine.id())))
                    .map(Secret::reveal)
                    .orElse("")))
        .orElse(Handover.Bmc.NONE);
  }

  /// [Problem] 400 where it cannot be made as it is set up.
  DeclaredBroker broker(Target target) {
    var file = file(target.broker());
    return database.read(tx -> made(tx, file, target.name(), target.config()));
  }

  private DeclaredBroker made(Tx tx, BrokerFile file, String name, Map<String, String> open) {
    var all = new HashMap<>(open);
    file.keys()
        .forEach((key, what) -> {
          if (what.secret()) {
            vault.get(tx, secret(name, key)).ifPresent(value -> all.put(key, value.reveal()));
          }
        });
    try {
      return new DeclaredBroker(file, all, wire, clock);
    } catch (BadBroker e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }
}
