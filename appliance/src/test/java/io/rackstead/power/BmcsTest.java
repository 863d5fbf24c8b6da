package io.rackstead.power;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BmcsTest {
  private static final UUID SMBIOS = UUID.fromString("00112233-4455-6677-8899-aabbccddeeff");

  @ParameterizedTest
  @ValueSource(
      strings = {
        "00112233-4455-6677-8899-aabbccddeeff",
        "00112233445566778899AABBCCDDEEFF",
        "33221100-5544-7766-8899-aabbccddeeff",
        "ffeeddcc-bbaa-9988-7766-554433221100",
        "something else 33221100-5544-7766-8899-aabbccddeeff"
      })
  void theSameServerInAnyByteOrderThatBmcsWrite(String says) {
    assertThat(Bmcs.same(SMBIOS, says)).isTrue();
  }

  @Test
  void anotherServerIsAnother() {
    assertThat(Bmcs.same(SMBIOS, "00112233-4455-6677-8899-aabbccddeefe")).isFalse();
    assertThat(Bmcs.same(SMBIOS, "no uuid here")).isFalse();
  }
}
