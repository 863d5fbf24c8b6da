package io.rackstead.bmc.ipmi;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.bmc.Bmc.Persistence;
import io.rackstead.bmc.BmcException.Kind;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.BootTarget.Device;
import io.rackstead.bmc.BootTarget.Mode;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The bytes of single commands, as ipmitool prints or sends them.
class WireFormatTest {
  @ParameterizedTest
  @CsvSource({
    "NONE, BIOS, ONCE, 80 00 00 00 00",
    "PXE, BIOS, ONCE, 80 04 00 00 00",
    "PXE, EFI, ONCE, a0 04 00 00 00",
    "PXE, EFI, ALWAYS, e0 04 00 00 00",
    "DISK, BIOS, ALWAYS, c0 08 00 00 00",
    "CD, EFI, ONCE, a0 14 00 00 00",
    "BIOS_SETUP, EFI, ONCE, a0 18 00 00 00",
  })
  void bootFlagsAreThoseOfTable2814(Device device, Mode mode, Persistence how, String bytes) {
    var flags = BootFlags.of(new BootTarget(device, mode), how);

    var sent = Arrays.stream(flags.encode()).mapToObj("%02x"::formatted).toList();
    assertThat(String.join(" ", sent)).isEqualTo(bytes);
    var answer = HexFormat.of().parseHex("0105" + bytes.replace(" ", ""));
    assertThat(BootFlags.decode(answer)).isEqualTo(flags);
  }

  @Test
  void aGuidIsGivenInAllReadingsAndTheOneThatIsAUuidIsLikely() {
    var smbios = guid("44454c4c420010358056b9c04f4e5832");
    assertThat(smbios.as(SystemGuid.Reading.SMBIOS))
        .hasToString("4c4c4544-0042-3510-8056-b9c04f4e5832");
    assertThat(smbios.likely()).isEqualTo(SystemGuid.Reading.SMBIOS);

    var reversed = guid("32584e4fc0b9568010354200444c4c4c");
    assertThat(reversed.as(SystemGuid.Reading.IPMI))
        .hasToString("4c4c4c44-0042-3510-8056-b9c04f4e5832");
    assertThat(reversed.likely()).isEqualTo(SystemGuid.Reading.IPMI);

    var text = guid("0188f7a252b64c9d9e3f0a1b2c3d4e5f");
    assertThat(text.as(SystemGuid.Reading.RFC4122))
        .hasToString("0188f7a2-52b6-4c9d-9e3f-0a1b2c3d4e5f");
    assertThat(text.likely()).isEqualTo(SystemGuid.Reading.RFC4122);
  }

  private static SystemGuid guid(String hex) {
    return new SystemGuid(HexFormat.of().parseHex(hex));
  }

  @Test
  void theInventoryRepeatsWhatTheBmcSaysAndLeavesOutWhatItRefuses() {
    var answers =
        Map.of(
            "Get Device ID", "20810217029f57010000090000000000",
            "Get LAN Configuration Parameters: address", "110a000907",
            "Get LAN Configuration Parameters: MAC address", "11525400b30c07");

    var inventory =
        IpmiInventory.read(command ->
            Optional.ofNullable(answers.get(command.name())).map(HexFormat.of()::parseHex));

    assertThat(inventory.systemUuid()).isEmpty();
    assertThat(inventory.facts())
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "DeviceId", "32",
                "FirmwareVersion", "2.17",
                "IpmiVersion", "2.0",
                "ManufacturerId", "343",
                "ProductId", "2304",
                "LanAddress", "10.0.9.7",
                "LanMacAddress", "52:54:00:b3:0c:07"));
  }

  @ParameterizedTest
  @CsvSource({
    "1, BUSY",
    "9, REFUSED_CREDENTIALS",
    "10, REFUSED_CREDENTIALS",
    "13, REFUSED_CREDENTIALS",
    "15, REFUSED_CREDENTIALS",
    "17, UNSUPPORTED",
    "4, UNSUPPORTED",
    "18, PROTOCOL",
    "99, PROTOCOL"
  })
  void aStatusOfTheSetUpSaysWhetherTryingAgainMayHelp(int code, Kind kind) {
    assertThat(Status.ofSetup(code).kind()).isEqualTo(kind);
  }

  @Test
  void onlyWhatDoesNoHarmTwiceIsRepeated() {
    assertThat(ChassisControl.POWER_UP.repeatable).isTrue();
    assertThat(ChassisControl.POWER_DOWN.repeatable).isTrue();
    assertThat(ChassisControl.POWER_CYCLE.repeatable).isFalse();
    assertThat(ChassisControl.HARD_RESET.repeatable).isFalse();
    assertThat(ChassisControl.SOFT_SHUTDOWN.repeatable).isFalse();
  }
}
