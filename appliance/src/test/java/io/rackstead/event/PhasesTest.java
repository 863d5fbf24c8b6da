package io.rackstead.event;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.machine.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class PhasesTest {
  private static final Instant START = Instant.parse("2026-11-22T18:00:00Z");
  private final List<Entry> entries = new ArrayList<>();

  private void line(double second, String source, String text, String rule) {
    entries.add(
        new Entry(
            entries.size() + 1,
            START.plusMillis((long) (second * 1000)),
            Optional.empty(),
            Optional.empty(),
            source,
            "",
            text,
            rule,
            Optional.empty()));
  }

  private void move(double second, String event, State from, State to) {
    entries.add(
        new Entry(
            entries.size() + 1,
            START.plusMillis((long) (second * 1000)),
            Optional.empty(),
            Optional.empty(),
            "state",
            "",
            "",
            "",
            Optional.of(new Entry.Move(event, from, to))));
  }

  private void boot(double from) {
    line(from, "bmc", "Chassis Control: power up: ok (12 ms)", "");
    line(from + 8, "dhcp", "DISCOVER firmware X64_UEFI → OFFER 10.77.0.50", "ephemeral");
    line(from + 9, "dhcp", "REQUEST firmware X64_UEFI → ACK 10.77.0.50", "ephemeral");
    line(from + 10, "tftp", "snponly.efi → 246 kB in 0.4 s", "");
    line(from + 11, "dhcp", "DISCOVER loader X64_UEFI → OFFER 10.77.0.50", "ephemeral");
    line(from + 11.5, "dhcp", "REQUEST loader X64_UEFI → ACK 10.77.0.50", "ephemeral");
    line(from + 12, "http", "GET /ipxe?mac=… → 200", "ephemeral");
    line(from + 13, "http", "GET /file/vmlinuz → 200", "");
    line(from + 17, "dhcp", "DISCOVER → OFFER 10.77.0.50", "");
    line(from + 20, "agent", "hello from 10.77.0.50 with [52:54:00:00:00:01]", "");
  }

  private List<String> phases() {
    return Phases.of(entries).stream().map(p -> p.name() + " " + p.seconds()).toList();
  }

  @Test
  void aDeploymentIsToldFromThePowerButtonToTheInstalledSystemsReport() {
    move(0, "Deploy", State.ALLOCATED, State.DEPLOYING);
    boot(1);
    line(22, "agent", "find the disk: smallest of the fastest class", "");
    line(23, "agent", "write debian/bookworm to vda (vda QEMU serial 1 wwn - 8192 MiB)", "");
    line(40, "agent", "read debian/bookworm back and compare", "");
    line(44, "agent", "write the seed", "");
    move(46, "ImageWritten", State.DEPLOYING, State.DEPLOYING);
    line(47, "bmc", "Chassis Control: power cycle: ok (9 ms)", "");
    line(52, "dhcp", "DISCOVER firmware X64_UEFI → no answer: local disk", "local disk");
    line(60, "cloud-init", "start init-local: searching", "");
    move(70, "Booted", State.DEPLOYING, State.DEPLOYED);
    assertThat(phases())
        .containsExactly(
            "firmware 8.0",
            "dhcp 1.0",
            "loader 3.0",
            "kernel 8.0",
            "agent 2.0",
            "image 23.0",
            "first-boot 24.0");
  }

  @Test
  void aServerSwitchedOnByHandBeginsWithItsFirstPacket() {
    boot(0);
    entries.removeFirst();
    line(25, "agent", "look at the hardware", "");
    assertThat(phases()).containsExactly("dhcp 1.0", "loader 3.0", "kernel 8.0", "agent 5.0");
  }

  @Test
  void waitingToBeAcceptedIsNobodysTime() {
    boot(0);
    entries.removeFirst();
    move(24, "HardwareReported", State.NEW, State.NEW);
    line(25, "agent", "[ 19.60] step 1: done in 3 s", "");
    move(3600, "Commission", State.NEW, State.COMMISSIONING);
    line(3610, "agent", "look at the hardware", "");
    assertThat(phases())
        .containsExactly("dhcp 1.0", "loader 3.0", "kernel 8.0", "agent 4.0", "agent 10.0");
  }

  @Test
  void aFailureEndsThePhaseAndTheNextBootBeginsAnew() {
    boot(0);
    move(30, "Failed", State.COMMISSIONING, State.FAILED_COMMISSIONING);
    boot(100);
    assertThat(phases())
        .containsExactly(
            "firmware 8.0",
            "dhcp 1.0",
            "loader 3.0",
            "kernel 8.0",
            "agent 10.0",
            "firmware 8.0",
            "dhcp 1.0",
            "loader 3.0",
            "kernel 8.0",
            "agent 0.0");
  }

  @Test
  void nothingOnTheTimelineIsNoPhase() {
    line(0, "api", "power on by admin", "");
    assertThat(phases()).isEmpty();
  }
}
