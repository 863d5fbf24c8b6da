package io.rackstead.pxe;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.management.ManagementFactory;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/// Seeded bad input made from good: the same seed gives the same inputs. A campaign sends
/// [#INPUTS]; more by hand with `-Dfuzz.inputs=2500000`.
public final class Fuzz {
  public static final int INPUTS = Integer.getInteger("fuzz.inputs", 25_000);

  private static final long SLOW_NANOS = 100_000_000;
  private static final long MOST_KEPT = 48L << 20;
  private static final byte[] TELLING = {0, 1, 2, 4, 6, 16, 63, 64, 82, 127, -128, -64, -2, -1};
  private static final int TRIES = 4;

  private final List<byte[]> good;
  private final Random random;

  public Fuzz(long seed, List<byte[]> good) {
    this.good = List.copyOf(good);
    this.random = new Random(seed);
  }

  public Random random() {
    return random;
  }

  /// The next bad input: a good one with one to four things done to it.
  public byte[] next() {
    var octets = any();
    for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
      octets = changed(octets);
    }
    return octets;
  }

  private byte[] any() {
    return good.get(random.nextInt(good.size())).clone();
  }

  private byte[] changed(byte[] octets) {
    if (octets.length == 0) {
      return any();
    }
    int at = random.nextInt(octets.length);
    return switch (random.nextInt(8)) {
      case 0 -> with(octets, at, (byte) (octets[at] ^ 1 << random.nextInt(8)));
      case 1 -> with(octets, at, (byte) random.nextInt(256));
      case 2 -> with(octets, at, TELLING[random.nextInt(TELLING.length)]);
      case 3 -> Arrays.copyOf(octets, at); // cut off
      case 4 -> joined(octets, at, new byte[1 + random.nextInt(80)], at);
      case 5 -> joined(octets, at, new byte[0], Math.min(octets.length, at + random.nextInt(40)));
      case 6 -> { // a piece of it a second time
        int end = at + random.nextInt(Math.min(300, octets.length - at) + 1);
        yield joined(octets, end, Arrays.copyOfRange(octets, at, end), end);
      }
      default -> { // a piece of another
        var other = any();
        int from = random.nextInt(other.length);
        yield joined(octets, at, Arrays.copyOfRange(other, from, other.length), octets.length);
      }
    };
  }

  private static byte[] with(byte[] octets, int at, byte value) {
    octets[at] = value;
    return octets;
  }

  private byte[] joined(byte[] octets, int until, byte[] between, int onFrom) {
    var joined = Arrays.copyOf(octets, until + between.length + octets.length - onFrom);
    System.arraycopy(between, 0, joined, until, between.length);
    System.arraycopy(octets, onFrom, joined, until + between.length, octets.length - onFrom);
    return joined;
  }

  /// Hands each to the victim: nothing may come out of it, none may cost a tenth of a second of
  /// processor time (several times over: the machine may have been busy), and nothing may pile up.
  public static void campaign(
      int inputs, java.util.function.Supplier<byte[]> source, Consumer<byte[]> victim) {
    for (int i = 0; i < inputs / 10; i++) {
      one(i, source.get(), victim); // what is made once is made before the heap is looked at
    }
    long before = heap();
    for (int i = inputs / 10; i < inputs; i++) {
      one(i, source.get(), victim);
    }
    assertThat(heap() - before).as("what is kept of %d inputs", inputs).isLessThan(MOST_KEPT);
  }

  private static void one(int number, byte[] input, Consumer<byte[]> victim) {
    try {
      for (int attempt = 1; timed(input, victim) > SLOW_NANOS; attempt++) {
        assertThat(attempt).as("tries until it is quick").isLessThan(TRIES);
      }
    } catch (RuntimeException | AssertionError | StackOverflowError | OutOfMemoryError e) {
      throw new AssertionError("input " + number + ": " + HexFormat.of().formatHex(input), e);
    }
  }

  private static long timed(byte[] input, Consumer<byte[]> victim) {
    var threads = ManagementFactory.getThreadMXBean();
    long start = threads.getCurrentThreadCpuTime();
    victim.accept(input.clone());
    return threads.getCurrentThreadCpuTime() - start;
  }

  private static long heap() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
