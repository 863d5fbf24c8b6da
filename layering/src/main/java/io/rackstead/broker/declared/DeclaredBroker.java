package io.rackstead.broker.declared;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.Broker;
import io.rackstead.broker.BrokerException;
import io.rackstead.broker.BrokerException.Kind;
import io.rackstead.broker.Engine;
import io.rackstead.broker.Handover;
import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import io.rackstead.broker.kubernetes.Etcd;
import io.rackstead.broker.kubernetes.KubernetesEngine;
import io.rackstead.broker.libvirt.LibvirtEngine;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Carries out what a [BrokerFile] says, with the values of one target. Each request has the id of
/// the hand-over as its `Idempotency-Key`.
public final class DeclaredBroker implements Broker {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private final BrokerFile file;
  private final ObjectNode config;
  private final Asking asking;
  private final Optional<Engine> engine;
  private final InstantSource clock;

  /// @param given values for the file's keys, secrets among them; [BadBroker] says which is missing
  public DeclaredBroker(
      BrokerFile file, Map<String, String> given, Wire wire, InstantSource clock) {
    this.file = file;
    this.clock = clock;
    config = JSON.objectNode();
    given
        .keySet()
        .forEach(key -> {
          if (!file.keys().containsKey(key)) {
            throw new BadBroker(
                "%s has no '%s'; it has %s".formatted(file.name(), key, file.keys().keySet()));
          }
        });
    file.keys()
        .forEach((key, what) -> {
          var value = given.getOrDefault(key, what.preset());
          if (value.isEmpty() && what.required()) {
            throw new BadBroker(file.name() + " wants a value for '" + key + "'");
          }
          config.put(key, value);
        });
    var values = values(new Handover("", JSON.objectNode()));
    asking = new Asking(file, wire, values, clock);
    engine =
        switch (file.by()) {
          case STEPS -> Optional.empty();
          case KUBERNETES ->
              Optional.of(
                  new KubernetesEngine(
                      wire.client(Asking.trust(file, values), file.patience().request()),
                      etcd(wire),
                      texts(config),
                      file.patience().prepared(),
                      clock));
          case LIBVIRT -> Optional.of(new LibvirtEngine(wire.hosts(), texts(config)));
        };
  }

  /// Where we may speak with the cluster's etcd, to take a control plane out of it.
  private Optional<Etcd> etcd(Wire wire) {
    var trust =
        new Trust(
            config.path("etcd_ca").asText(""),
            config.path("etcd_certificate").asText(""),
            config.path("etcd_key").asText(""));
    return trust.plain()
        ? Optional.empty()
        : Optional.of(new Etcd(wire.client(trust, file.patience().request())));
  }

  public BrokerFile file() {
    return file;
  }

  @Override
  public void test() {
    if (engine.isPresent()) {
      engine.get().test();
      return;
    }
    run(file.test(), values(new Handover("test", JSON.objectNode())), Receipt.NONE);
  }

  @Override
  public Receipt prepare(Handover planned) {
    if (engine.isPresent()) {
      return engine.get().prepare(planned);
    }
    var made = new HashMap<String, String>();
    file.generated().forEach((name, what) -> made.put(name, what.make(clock.instant())));
    return run(file.prepare(), values(planned), new Receipt(made));
  }

  @Override
  public String firstBoot(Handover planned, Receipt prepared) {
    return file.node()
        .script(
            "hand-over %s to %s".formatted(planned.id(), file.name()),
            with(values(planned), prepared));
  }

  @Override
  public Receipt handOver(Handover handover, Receipt prepared) {
    if (engine.isPresent()) {
      return engine.get().handOver(handover, prepared);
    }
    if (!file.find().isEmpty()) {
      try {
        return run(file.find(), values(handover), prepared);
      } catch (BrokerException e) {
        if (e.kind() != Kind.UNEXPECTED) {
          throw e;
        }
        // it is not there yet
      }
    }
    return run(file.handOver(), values(handover), prepared);
  }

  @Override
  public Proof prove(Handover handover, Receipt receipt) {
    if (engine.isPresent()) {
      return engine.get().prove(handover, receipt);
    }
    var values = values(handover);
    JsonNode last = MissingNode.getInstance();
    for (var step : file.proof()) {
      var filled = with(values, receipt);
      if (!due(step, filled)) {
        continue;
      }
      var answer = asking.ask(step, filled);
      if (step.gone().contains(answer.status())) {
        return new Proof.Lost(step.name() + ": it is not there any more, " + answer.words());
      }
      var refused = answer.refused(step, filled);
      if (!refused.isEmpty()) {
        return new Proof.Lost(refused);
      }
      var wrong = answer.wrong(step, filled);
      if (!wrong.isEmpty()) {
        return new Proof.NotYet(wrong);
      }
      last = answer.json();
    }
    return new Proof.InService(last.isMissingNode() ? JSON.objectNode() : last);
  }

  @Override
  public void takeBack(Handover handover, Receipt receipt) {
    if (engine.isPresent()) {
      engine.get().takeBack(handover, receipt);
      return;
    }
    run(file.takeBack(), values(handover), receipt);
  }

  private static Map<String, String> texts(ObjectNode values) {
    var texts = new HashMap<String, String>();
    values.properties().forEach(one -> texts.put(one.getKey(), one.getValue().asText()));
    return texts;
  }

  private ObjectNode values(Handover handover) {
    var values = JSON.objectNode();
    values.set("machine", handover.machine());
    values.set("config", config);
    values.putObject("handover").put("id", handover.id());
    var bmc = handover.bmc();
    values
        .putObject("bmc")
        .put("protocol", bmc.protocol())
        .put("address", bmc.address())
        .put("host", bmc.host())
        .put("port", bmc.port())
        .put("user", bmc.user())
        .put("password", bmc.password());
    return values;
  }

  private static ObjectNode with(ObjectNode values, Receipt receipt) {
    var all = values.objectNode();
    all.setAll(values);
    var node = all.putObject("kept");
    receipt.kept().forEach(node::put);
    return all;
  }

  private static boolean due(Step step, ObjectNode values) {
    return step.when().entrySet().stream()
        .allMatch(one -> Template.plain(one.getKey(), values).equals(one.getValue()));
  }

  private Receipt run(List<Step> steps, ObjectNode values, Receipt before) {
    var kept = new HashMap<>(before.kept());
    for (var step : steps) {
      for (var filled : turns(step, with(values, new Receipt(kept)))) {
        if (due(step, filled)) {
          one(step, filled, kept);
        }
      }
    }
    return new Receipt(kept);
  }

  private static List<ObjectNode> turns(Step step, ObjectNode values) {
    if (step.each().isEmpty()) {
      return List.of(values);
    }
    var turns = new ArrayList<ObjectNode>();
    for (var one : values.at("/" + step.each().replace('.', '/'))) {
      var turn = values.objectNode();
      turn.setAll(values);
      turn.set("each", one);
      turns.add(turn);
    }
    return turns;
  }

  private void one(Step step, ObjectNode filled, Map<String, String> kept) {
    var answer = patiently(step, filled);
    if (step.gone().contains(answer.status())) {
      return;
    }
    step.extract()
        .forEach((name, pointer) -> {
          var value = answer.at(pointer);
          if (value.isEmpty()) {
            throw new BrokerException(
                Kind.UNEXPECTED, step.name() + ": the answer has nothing at " + pointer);
          }
          kept.put(name, value);
        });
  }

  /// Asks until the answer is as expected, or the step's patience ends.
  private Answer patiently(Step step, ObjectNode filled) {
    long end = System.nanoTime() + step.patience().toNanos();
    while (true) {
      var answer = asking.ask(step, filled);
      if (step.gone().contains(answer.status())) {
        return answer;
      }
      var refused = answer.refused(step, filled);
      if (!refused.isEmpty()) {
        throw new BrokerException(Kind.UNEXPECTED, refused);
      }
      var wrong = answer.wrong(step, filled);
      if (wrong.isEmpty()) {
        return answer;
      }
      if (step.patience().isZero()) {
        throw new BrokerException(answer.kind(), wrong);
      }
      if (System.nanoTime() - end > 0) {
        // what takes longer this time is asked for anew, as long as the whole may take
        throw new BrokerException(Kind.BUSY, wrong);
      }
      pause(step);
    }
  }

  private static void pause(Step step) {
    try {
      Thread.sleep(1000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BrokerException(Kind.UNREACHABLE, step.name() + ": interrupted while waiting", e);
    }
  }

  /// What would be done for a machine, with nothing sent; secrets are dots.
  public Preview preview(Handover handover) {
    var shown =
        values(new Handover(handover.id(), handover.machine(), handover.bmc().withoutPassword()));
    var hidden = config.deepCopy();
    file.keys()
        .forEach((key, what) -> {
          if (what.secret()) {
            hidden.put(key, "••••••");
          }
        });
    shown.set("config", hidden);
    var kept = new HashMap<String, String>();
    if (engine.isPresent()) {
      List.of("token", "token_id", "ca_hash", "endpoint", "public_key", "kernel_arguments")
          .forEach(name -> kept.put(name, "(" + name + ")"));
    }
    file.generated().keySet().forEach(name -> kept.put(name, "(" + name + ")"));
    for (var steps : List.of(file.prepare(), file.handOver())) {
      steps.forEach(
          step -> step.extract().keySet().forEach(name -> kept.put(name, "(" + name + ")")));
    }
    var filled = with(shown, new Receipt(kept));
    var requests = new ArrayList<Sketch>();
    sketch("prepare", file.prepare(), filled, requests);
    sketch("hand_over", file.handOver(), filled, requests);
    sketch("proof", file.proof(), filled, requests);
    sketch("take_back", file.takeBack(), filled, requests);
    return new Preview(
        requests,
        file.node().files().stream()
            .map(one ->
                new NodeFile(
                    one.path(),
                    one.mode(),
                    new String(one.filled(filled), java.nio.charset.StandardCharsets.UTF_8)))
            .toList(),
        file.node().filled(filled));
  }

  private static void sketch(
      String section, List<Step> steps, ObjectNode values, List<Sketch> into) {
    for (var step : steps) {
      for (var turn : turns(step, values)) {
        var when =
            step.when().entrySet().stream()
                .map(one -> Template.plain(one.getKey(), turn) + " = " + one.getValue())
                .toList();
        into.add(
            new Sketch(
                section,
                step.name(),
                String.join(", ", when),
                step.method(),
                Template.url(step.url(), turn),
                Asking.body(step, turn)));
      }
    }
  }

  /// @param commands that the first start runs
  public record Preview(List<Sketch> requests, List<NodeFile> files, List<List<String>> commands) {}

  /// A request as it would be made.
  ///
  /// @param when it is made only if that holds
  public record Sketch(
      String section, String step, String when, String method, String url, String body) {}

  public record NodeFile(String path, String mode, String content) {}
}
