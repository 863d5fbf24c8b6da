package io.rackstead.tests.redfish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.BiosSettings;
import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.EventLog;
import io.rackstead.bmc.Firmware;
import io.rackstead.bmc.HttpBoot;
import io.rackstead.bmc.Identify;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.SecureBoot;
import io.rackstead.bmc.Sensors;
import io.rackstead.bmc.VirtualMedia;
import io.rackstead.bmc.redfish.RedfishDialer;
import io.rackstead.bmc.redfish.RedfishSettings;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a Redfish service can do beyond power and boot, seen in the server behind it.
class FacetsTest {
  private static final URI DISC = URI.create("http://192.0.2.1:5248/media/m7.iso");

  private final SimulatedServer server = SimulatedServer.usual();
  private final SimulatedRedfish service = new SimulatedRedfish(server);
  private final RedfishDialer dialer =
      new RedfishDialer(RedfishSettings.DEFAULT, BmcTrust.inMemory(), BmcTrace.NONE);

  @AfterEach
  void close() {
    dialer.close();
    service.close();
  }

  private Bmc dial() {
    return dialer.dial(
        new BmcAddress("redfish+http", "127.0.0.1", service.port()),
        new BmcCredentials("admin", "secret".toCharArray()));
  }

  @ParameterizedTest
  @CsvSource({"true, true, false", "false, true, false", "false, false, false", "true, true, true"})
  void aDiscIsInsertedWriteProtectedReplacedAndEjected(
      boolean atSystem, boolean actions, boolean imageOnly) {
    service.behaviour.mediaAtSystem = atSystem;
    service.behaviour.mediaActions = actions;
    service.behaviour.mediaTakesImageOnly = imageOnly;
    try (var bmc = dial()) {
      var media = bmc.facet(VirtualMedia.class).orElseThrow();
      assertThat(media.inserted()).isEmpty();
      media.insert(URI.create("http://192.0.2.1/other.iso"));
      media.insert(DISC);
      assertThat(server.image).isEqualTo(DISC.toString());
      assertThat(media.inserted()).contains(new VirtualMedia.Disc(DISC.toString(), true));
      media.eject();
      media.eject();
      assertThat(server.image).isEmpty();
    }
  }

  @Test
  void firmwareIsToldToBootFromAUrl() {
    try (var bmc = dial()) {
      bmc.facet(HttpBoot.class)
          .orElseThrow()
          .bootFrom(URI.create("http://192.0.2.1/boot.efi"), Persistence.ONCE);
    }
    assertThat(server.boots()).isEqualTo("UefiHttp EFI ONCE");
    assertThat(server.httpBootUri).isEqualTo("http://192.0.2.1/boot.efi");
  }

  @Test
  void biosSettingsAreStagedInTheirOwnTypesAndInForceAfterTheNextStart() {
    try (var bmc = dial()) {
      var bios = bmc.facet(BiosSettings.class).orElseThrow();
      assertThat(bios.current()).containsEntry("BootMode", "Uefi").containsEntry("NumaNodes", "2");
      bios.stage(Map.of("BootMode", "Legacy", "NumaNodes", "4"));
      assertThat(bios.current()).containsEntry("BootMode", "Uefi");
      assertThat(bios.pending()).isEqualTo(Map.of("BootMode", "Legacy", "NumaNodes", "4"));
      bmc.power(PowerAction.ON);
      assertThat(bios.current())
          .containsEntry("BootMode", "Legacy")
          .containsEntry("NumaNodes", "4");
      assertThat(bios.pending()).isEmpty();
      assertThatThrownBy(() -> bios.stage(Map.of("Overclock", "11")))
          .isInstanceOf(BmcException.class)
          .hasMessageContaining("no setting \"Overclock\"");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void sensorsAreReadFromTheOldResourcesAndFromTheNew(boolean newer) {
    service.behaviour.newSensors = newer;
    try (var bmc = dial()) {
      var readings = bmc.facet(Sensors.class).orElseThrow().read();
      assertThat(readings)
          .isEqualTo(
              newer
                  ? List.of(
                      new Sensors.Reading(Sensors.Kind.TEMPERATURE, "CPU #1", 44, "°C", ""),
                      new Sensors.Reading(Sensors.Kind.FAN, "Fan Bay 1", 45, "%", "OK"),
                      new Sensors.Reading(Sensors.Kind.POWER, "437XR1138R2", 374, "W", ""))
                  : List.of(
                      new Sensors.Reading(Sensors.Kind.TEMPERATURE, "CPU1 Temp", 41, "°C", "OK"),
                      new Sensors.Reading(
                          Sensors.Kind.FAN, "BaseBoard System Fan", 2100, "RPM", "Warning"),
                      new Sensors.Reading(
                          Sensors.Kind.POWER, "Server Power Control", 344, "W", "")));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void theEventLogIsReadOverItsPagesAndCleared(boolean expands) {
    service.behaviour.pageSize = 2;
    service.behaviour.expands = expands;
    server.log.addAll(List.of("fan 1 failed", "fan 1 is back", "case opened"));
    try (var bmc = dial()) {
      var log = bmc.facet(EventLog.class).orElseThrow();
      assertThat(log.entries(10))
          .extracting(EventLog.Entry::message)
          .containsExactly("fan 1 failed", "fan 1 is back", "case opened");
      log.clear();
      assertThat(server.log).isEmpty();
      assertThat(log.entries(10)).isEmpty();
    }
  }

  @Test
  void firmwareIsListedAndUpdatedInATaskThatTellsHowItGoes() {
    service.behaviour.tasks = true;
    try (var bmc = dial()) {
      var firmware = bmc.facet(Firmware.class).orElseThrow();
      assertThat(firmware.installed())
          .contains(new Firmware.Component("BIOS", "Contoso BIOS Firmware", "P79 v1.45", true));
      var task = firmware.update(URI.create("http://192.0.2.1/bios.bin"));
      assertThat(service.updates).containsExactly("http://192.0.2.1/bios.bin");
      assertThat(firmware.progress(task).state()).isEqualTo("Completed");
      assertThatThrownBy(() -> firmware.update(URI.create("nfs://192.0.2.1/bios.bin")))
          .hasMessageContaining("by [HTTP, HTTPS], not by NFS");
    }
  }

  @Test
  void secureBootIsInForceFromTheNextStartOn() {
    try (var bmc = dial()) {
      var secure = bmc.facet(SecureBoot.class).orElseThrow();
      secure.enable(false);
      assertThat(secure.state()).isEqualTo(new SecureBoot.State(true, false));
      bmc.power(PowerAction.ON);
      assertThat(secure.state()).isEqualTo(new SecureBoot.State(false, false));
    }
  }

  @Test
  void theLampIsLitAndPutOut() {
    try (var bmc = dial()) {
      var lamp = bmc.facet(Identify.class).orElseThrow();
      lamp.light(Duration.ofMinutes(1));
      assertThat(server.led).isEqualTo("Blinking");
      lamp.light(Duration.ZERO);
      assertThat(server.led).isEqualTo("Off");
    }
  }
}
