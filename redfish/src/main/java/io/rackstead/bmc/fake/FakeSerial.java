package io.rackstead.bmc.fake;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static java.nio.charset.StandardCharsets.US_ASCII;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.SerialConsole;
import java.util.Optional;

/// The serial port of a [FakeBmc]: it echoes what is typed, as a terminal does.
public final class FakeSerial implements SerialConsole {
  private static final byte[] BREAK = "[break]".getBytes(US_ASCII);

  private final BmcAddress address;
  private Optional<Held> holder = Optional.empty();

  FakeSerial(BmcAddress address) {
    this.address = address;
  }

  @Override
  public Stream open(Screen screen, boolean takeOver) {
    var before = holder();
    if (before.isPresent() && !takeOver) {
      throw new BmcException(BUSY, address, "somebody else has its serial console open");
    }
    var mine = new Held(screen);
    hold(Optional.of(mine));
    before.ifPresent(other -> other.screen.ended("somebody else took it over"));
    return mine;
  }

  /// Writes as the server does; what nobody reads is lost.
  public void write(byte[] output) {
    holder().ifPresent(one -> one.screen.shows(output));
  }

  public boolean isOpen() {
    return holder().isPresent();
  }

  private synchronized Optional<Held> holder() {
    return holder;
  }

  private synchronized void hold(Optional<Held> now) {
    holder = now;
  }

  private final class Held implements Stream {
    private final Screen screen;

    Held(Screen screen) {
      this.screen = screen;
    }

    @Override
    public void type(byte[] keys) {
      if (holder().filter(one -> one == this).isEmpty()) {
        throw new BmcException(UNREACHABLE, address, "the serial console has ended");
      }
      screen.shows(keys.clone());
    }

    @Override
    public void sendBreak() {
      type(BREAK);
    }

    @Override
    public void close() {
      if (holder().filter(one -> one == this).isPresent()) {
        hold(Optional.empty());
        screen.ended("");
      }
    }
  }
}
