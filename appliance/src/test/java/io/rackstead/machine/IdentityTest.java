package io.rackstead.machine;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.pxe.net.MacAddress;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdentityTest {
  private static final String UUID_A = "4c4c4544-0042-3010-8051-b4c04f4d3532";
  private static final String UUID_B = "4c4c4544-0042-3010-8051-b4c04f4d3533";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "To be filled by O.E.M.",
        "0123456789",
        "Default string",
        "None",
        "xxxxxxxx",
        "0000000",
        "System Serial Number",
        "........",
        "Not Specified"
      })
  void whatFirmwareWritesWhenNobodyFilledItInIsNoSerialNumber(String junk) {
    assertThat(Identity.of(List.of(), UUID_A, junk).serial()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00000000-0000-0000-0000-000000000000",
        "ffffffff-ffff-ffff-ffff-ffffffffffff",
        "03000200-0400-0500-0006-000700080009",
        "not a uuid",
        ""
      })
  void aUuidThatManyBoardsShareIsNone(String junk) {
    assertThat(Identity.of(List.of(), junk, "S1").uuid()).isEmpty();
  }

  @Test
  void realPartsAreKept() {
    var identity =
        Identity.of(
            List.of(MacAddress.parse("3c:fd:fe:00:00:02"), MacAddress.parse("3c:fd:fe:00:00:01")),
            UUID_A.toUpperCase(java.util.Locale.ROOT),
            " CZ3128LSG5 ");
    assertThat(identity.serial()).isEqualTo("CZ3128LSG5");
    assertThat(identity.uuid()).contains(UUID.fromString(UUID_A));
    assertThat(identity.macs())
        .containsExactly(
            MacAddress.parse("3c:fd:fe:00:00:01"), MacAddress.parse("3c:fd:fe:00:00:02"));
  }

  @Test
  void anotherUuidOrSerialIsAConflictAndSilenceIsNot() {
    var known = Identity.of(List.of(), UUID_A, "S1");
    assertThat(known.conflict(Identity.of(List.of(), UUID_A, "S1"))).isEmpty();
    assertThat(known.conflict(Identity.of(List.of(), "", ""))).isEmpty();
    assertThat(known.conflict(Identity.of(List.of(), UUID_B, "S1"))).isPresent();
    assertThat(known.conflict(Identity.of(List.of(), UUID_A, "S2"))).isPresent();
  }

  @Test
  void aMacSetBySoftwareIsWeakEvidence() {
    var identity = Identity.of(List.of(MacAddress.parse("52:54:00:77:00:01")), "", "");
    assertThat(identity.macs()).hasSize(1);
    assertThat(identity.strongMacs()).isEmpty();
  }
}
