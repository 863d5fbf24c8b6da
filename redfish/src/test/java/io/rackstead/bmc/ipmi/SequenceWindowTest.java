package io.rackstead.bmc.ipmi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import org.junit.jupiter.api.Test;

/// Each number once, none from long ago, across the wrap.
class SequenceWindowTest {
  private final SequenceWindow window = new SequenceWindow(0);

  @Test
  void aNumberIsTakenOnce() {
    assertThat(window.accept(1)).isTrue();
    assertThat(window.accept(1)).isFalse();
  }

  @Test
  void numbersInTheWrongOrderAreTakenWhileTheyAreYoung() {
    assertThat(window.accept(20)).isTrue();
    assertThat(window.accept(4)).isTrue();
    assertThat(window.accept(3)).isFalse();
    assertThat(window.accept(4)).isFalse();
    assertThat(window.accept(19)).isTrue();
  }

  @Test
  void zeroIsNeverANumberOfASession() {
    assertThat(window.accept(0)).isFalse();
  }

  @Test
  void afterTheLastNumberComesOneAndTheWindowSlidesAcross() {
    assertThat(SequenceWindow.after(0xffffffff)).isEqualTo(1);
    assertThat(SequenceWindow.after(1)).isEqualTo(2);
    var late = new SequenceWindow(0xfffffffd);
    assertThat(late.accept(0xffffffff)).isTrue();
    assertThat(late.accept(1)).isTrue();
    assertThat(late.accept(0xfffffffe)).isTrue();
    assertThat(late.accept(0xfffffffe)).isFalse();
    assertThat(late.accept(0xffffffff)).isFalse();
    assertThat(late.accept(2)).isTrue();
  }

  @Test
  void whateverTheOrderNoNumberIsTakenTwice() {
    var random = new Random(17);
    var taken = new HashSet<Integer>();
    int base = 0xfffffc00;
    var sliding = new SequenceWindow(base);
    for (int i = 0; i < 20_000; i++) {
      int number = base + i / 10 + random.nextInt(40) - 20;
      if (sliding.accept(number)) {
        assertThat(taken.add(number)).as("number %s", Integer.toHexString(number)).isTrue();
      }
    }
    assertThat(taken.size()).isGreaterThan(1000);
  }
}
