package io.rackstead.maas;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.access.Principal.Role;
import io.rackstead.access.Served;
import io.rackstead.access.Served.Answer;
import io.rackstead.access.Served.Person;
import io.rackstead.agent.Planner.Steps;
import io.rackstead.agent.Purpose;
import io.rackstead.agent.Step.Draft;
import io.rackstead.commission.Hardware.Disk;
import io.rackstead.deploy.Planning;
import io.rackstead.machine.Actor;
import io.rackstead.machine.Event;
import io.rackstead.machine.Machine;
import io.rackstead.node.Storage;
import io.rackstead.plan.Effort;
import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;

/// A served appliance with a machine of three disks, and what tests of its storage ask of it.
final class Racked implements AutoCloseable {
  static final String API = "/MAAS/api/2.0/";
  static final long GB = 1_000_000_000;
  static final Disk SLOW = disk("sda", "Z1", "0x5000c500a1", 4000 * GB, true, "sata");
  static final Disk FAST = disk("sdb", "S1", "0x5002538e11", 480 * GB, false, "sata");
  static final Disk SAME = disk("sdc", "S2", "0x5002538e12", 480 * GB, false, "sata");
  final Served served;
  final Person admin;
  final Machine machine;

  Racked(Path folder) throws IOException {
    served = new Served(folder);
    admin = served.person("ada", Role.ADMIN);
    machine = served.readyWith(SLOW, FAST, SAME);
  }

  static Disk disk(
      String name, String serial, String wwn, long bytes, boolean rotary, String transport) {
    return new Disk(
        name, "MODEL " + serial, serial, wwn, bytes, rotary, false, transport, List.of());
  }

  @Override
  public void close() {
    served.close();
  }

  static JsonNode ok(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  Storage storage() {
    return served.now(machine).node().storage();
  }

  String node(String path) {
    return API + "nodes/" + machine.id() + "/" + path;
  }

  String one(String op) {
    return API + "machines/" + machine.id() + "/?op=" + op;
  }

  JsonNode shown() {
    return ok(admin.get(API + "machines/" + machine.id() + "/"));
  }

  JsonNode made(String path, String form) {
    return ok(admin.post(node(path), form));
  }

  JsonNode read(String path) {
    return ok(admin.get(node(path)));
  }

  void gone(String path) {
    var answer = admin.delete(node(path));
    assertThat(answer.status()).as(answer.body()).isEqualTo(204);
  }

  void layout(String form) {
    ok(admin.post(one("set_storage_layout"), form));
  }

  /// The message under the field that is wrong.
  String wrong(Answer answer, String field) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.json().path(field).path(0).isTextual()).as(answer.body()).isTrue();
    return answer.json().path(field).path(0).asText();
  }

  /// What the agent will be told when the machine comes up to be installed.
  List<Draft> planned() throws Exception {
    var planning =
        new Planning(
            served.images,
            served.capabilities,
            served.site.vault,
            served.site.database,
            new SecureRandom(),
            "rackstead",
            Effort.QUICK);
    var answer = planning.plan(served.now(machine), Purpose.INSTALL, "10.77.0.9");
    assertThat(answer).isInstanceOf(Steps.class);
    return ((Steps) answer).drafts();
  }

  JsonNode planned(String kind) throws Exception {
    return planned().stream()
        .filter(draft -> draft.kind().equals(kind))
        .findFirst()
        .orElseThrow()
        .fields();
  }

  /// Gives the machine back and switches it off.
  void release() {
    for (var event :
        List.of(new Event.Release(io.rackstead.machine.EraseMode.NONE), new Event.PoweredOff())) {
      served.site.machines.apply(machine.id(), event, Actor.APPLIANCE);
    }
  }
}
