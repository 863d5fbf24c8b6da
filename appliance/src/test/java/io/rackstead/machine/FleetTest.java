package io.rackstead.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.access.Site;
import io.rackstead.image.Architecture;
import io.rackstead.pxe.net.MacAddress;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Machines in memory: found by what they have now, and by nothing that they had.
class FleetTest {
  private static final int AT_ONCE = 8;
  private static final int EACH = 150;

  @TempDir Path folder;
  private final AtomicLong macs = new AtomicLong(0x02_00_00_00_00_00L);

  private Machine enlist(Site site, String hostname) {
    var identity = Identity.of(List.of(new MacAddress(macs.incrementAndGet())), "", "");
    return site.machines.enlist(
        identity, Architecture.AMD64, hostname, Optional.empty(), Actor.APPLIANCE);
  }

  private static void rename(Site site, Machine machine, String hostname) {
    var event = new Event.Edit(machine.labels().withHostname(hostname));
    site.machines.apply(machine.id(), event, Actor.APPLIANCE);
  }

  @Test
  void aMachineIsFoundByItsNewNameAndNotByTheOldOne() throws Exception {
    try (var site = new Site(folder)) {
      var machine = enlist(site, "old");
      rename(site, machine, "new");
      assertThat(site.machines.byHostname("new")).map(Machine::id).contains(machine.id());
      assertThat(site.machines.byHostname("old")).isEmpty();
      assertThat(site.machines.named("NEW")).hasSize(1);
      assertThat(site.machines.byHostname("NEW")).isEmpty();
    }
  }

  @Test
  void namesThatDifferOnlyByUpperCaseAreTwoMachines() throws Exception {
    try (var site = new Site(folder)) {
      var one = enlist(site, "node");
      var other = enlist(site, "Node");
      assertThat(site.machines.named("NODE"))
          .extracting(Machine::id)
          .containsExactlyInAnyOrder(one.id(), other.id());
      site.machines.delete(one.id(), Actor.APPLIANCE, _ -> {});
      assertThat(site.machines.named("NODE")).extracting(Machine::id).containsExactly(other.id());
      assertThat(site.machines.byMac(one.identity().macs().getFirst())).isEmpty();
    }
  }

  @Test
  void newcomersWithoutANameThatComeAtOnceGetOneEach() throws Exception {
    try (var site = new Site(folder);
        var threads = Executors.newFixedThreadPool(AT_ONCE)) {
      Callable<Boolean> come =
          () -> {
            for (int i = 0; i < EACH; i++) {
              enlist(site, "");
            }
            return true;
          };
      for (var run : threads.invokeAll(Collections.nCopies(AT_ONCE, come))) {
        assertThat(run.get()).isTrue();
      }
      assertThat(site.machines.list()).hasSize(AT_ONCE * EACH);
      assertThat(site.machines.list()).extracting(Machine::hostname).doesNotHaveDuplicates();
      assertThat(site.readAnew().list()).containsExactlyElementsOf(site.machines.list());
    }
  }
}
