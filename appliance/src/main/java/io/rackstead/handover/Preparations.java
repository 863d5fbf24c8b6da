package io.rackstead.handover;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Secret;
import io.rackstead.access.Vault;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.declared.BadBroker;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Machine;
import io.rackstead.machine.MachineId;
import io.rackstead.machine.Machines;
import io.rackstead.store.Database;
import io.rackstead.store.Tx;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// What a machine comes in with at the layer above: asked for as late as it can be, when its seed
/// is written, so that a token need not live long. It is secret: in the vault, and nowhere else.
public final class Preparations {
  private static final Actor ACTOR = Actor.rule("hand-over");
  private static final int BYTES = 3500;

  private final Database database;
  private final Vault vault;
  private final Machines machines;
  private final InstantSource clock;
  private final Map<MachineId, Script> scripts = new ConcurrentHashMap<>();
  private final Set<MachineId> said = ConcurrentHashMap.newKeySet();

  /// The same each time that a seed is asked for, whatever has changed in the machine meanwhile.
  private record Script(long epoch, Instant at, String text) {}

  /// @param epoch of the deployment
  private record Kept(long epoch, Instant at, Map<String, String> values) {}

  public Preparations(Database database, Vault vault, Machines machines, InstantSource clock) {
    this.database = database;
    this.vault = vault;
    this.machines = machines;
    this.clock = clock;
  }

  private static String owner(MachineId machine) {
    return "handover/" + machine;
  }

  /// What was prepared for a machine last.
  Receipt of(MachineId machine) {
    return kept(machine).map(kept -> new Receipt(kept.values())).orElse(Receipt.NONE);
  }

  boolean has(MachineId machine) {
    return kept(machine).isPresent();
  }

  private Optional<Kept> kept(MachineId machine) {
    return database
        .read(tx -> vault.get(tx, owner(machine)))
        .map(secret -> Json.read(secret.reveal(), JsonNode.class))
        .map(node -> {
          var values = new HashMap<String, String>();
          node.path("values")
              .properties()
              .forEach(one -> values.put(one.getKey(), one.getValue().asText()));
          return new Kept(
              node.path("epoch").asLong(), Instant.parse(node.path("at").asText()), values);
        });
  }

  void forget(Tx tx, MachineId machine) {
    vault.remove(tx, owner(machine));
    scripts.remove(machine);
  }

  /// The script for the first start. Empty: the layer above cannot be asked now, ask again. A
  /// [Problem] says why it never will.
  Optional<String> firstBoot(Machine machine, Targets.Brokering to, Handover planned) {
    var now = clock.instant();
    // what it gets is good for half its life yet: a node takes its time until it joins
    var patience = to.broker().file().patience().prepared().dividedBy(2);
    var there = scripts.get(machine.id());
    if (there != null
        && there.epoch() == machine.epoch()
        && there.at().plus(patience).isAfter(now)) {
      return Optional.of(there.text());
    }
    try {
      var prepared =
          kept(machine.id())
              .filter(kept -> kept.epoch() == machine.epoch())
              .filter(kept -> kept.at().plus(patience).isAfter(now))
              .map(kept -> new Receipt(kept.values()))
              .orElseGet(() -> made(machine, to, planned, now));
      var text = to.script().apply(prepared);
      scripts.put(machine.id(), new Script(machine.epoch(), now, text));
      said.remove(machine.id());
      return Optional.of(text);
    } catch (BrokerException e) {
      if (!e.kind().passing()) {
        throw new Problem(409, to.target() + " does not prepare it: " + e.getMessage(), e);
      }
      // once: it is asked again each second
      if (said.add(machine.id())) {
        machines.note(
            machine.id(),
            to.target() + " cannot prepare it yet: " + e.getMessage(),
            ACTOR,
            _ -> {});
      }
      return Optional.empty();
    } catch (BadBroker e) {
      throw new Problem(409, to.target() + " does not prepare it: " + e.getMessage(), e);
    }
  }

  private Receipt made(Machine machine, Targets.Brokering to, Handover planned, Instant now) {
    var receipt = to.broker().prepare(planned);
    var node = Json.instance().createObjectNode();
    node.put("epoch", machine.epoch()).put("at", now.toString());
    receipt.kept().forEach(node.putObject("values")::put);
    var text = node.toString();
    if (text.length() > BYTES) {
      throw new Problem(409, "what was prepared has more than " + BYTES + " characters");
    }
    machines.note(
        machine.id(),
        "prepared for " + to.target() + " as " + planned.id(),
        ACTOR,
        tx -> vault.put(tx, owner(machine.id()), Secret.of(text)));
    return receipt;
  }
}
