package io.rackstead.bmc.libvirt;

import static io.rackstead.bmc.BmcException.Kind.PROTOCOL;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;
import static io.rackstead.bmc.BmcException.Kind.UNSUPPORTED;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.SerialConsole;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// This machine's own `virsh`, which may speak to a libvirt elsewhere by libvirt's own protocol.
final class LocalLine implements Line {
  private static final Logger LOG = LoggerFactory.getLogger(LocalLine.class);

  private final BmcAddress address;
  private final String uri;

  /// @param uri as virsh takes it: `qemu+tcp://10.0.9.7/system`, `test:///default`
  LocalLine(BmcAddress address, String uri) {
    this.address = address;
    this.uri = uri;
  }

  @Override
  public BmcAddress address() {
    return address;
  }

  @Override
  public Said run(Command command) {
    var process = start(command);
    var output = new Bounded();
    var errors = new Bounded();
    try {
      var readers =
          List.of(
              Thread.startVirtualThread(() -> copy(process.getInputStream(), output)),
              Thread.startVirtualThread(() -> copy(process.getErrorStream(), errors)));
      Thread.startVirtualThread(() -> give(process, command.input()));
      if (!process.waitFor(command.verb().limit().toMillis(), TimeUnit.MILLISECONDS)) {
        throw new BmcException(
            UNREACHABLE,
            address,
            "no answer to %s within %d s".formatted(command, command.verb().limit().toSeconds()));
      }
      for (var reader : readers) {
        reader.join();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new BmcException(UNREACHABLE, address, "interrupted in " + command, e);
    } finally {
      process.destroyForcibly();
    }
    if (output.overflown()) {
      throw new BmcException(PROTOCOL, address, command + " said more than " + MOST + " bytes");
    }
    return new Said(process.exitValue(), output.text(), errors.text());
  }

  private Process start(Command command) {
    var words = new ArrayList<>(List.of("virsh"));
    words.addAll(command.words(uri));
    var builder = new ProcessBuilder(words);
    builder.environment().put("LC_ALL", "C");
    try {
      return builder.start();
    } catch (IOException e) {
      throw new BmcException(
          UNSUPPORTED,
          address,
          "%s needs virsh here (Debian: apt-get install libvirt-clients): %s"
              .formatted(address.scheme(), e.getMessage()),
          e);
    }
  }

  private static void give(Process process, String input) {
    try (var to = process.getOutputStream()) {
      to.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      // it ended without reading: its status and its words say why
      LOG.debug("{} did not read what it was given: {}", process.info(), e.getMessage());
    }
  }

  private static void copy(InputStream from, Bounded to) {
    try (from) {
      from.transferTo(to);
    } catch (IOException e) {
      // it was ended by us, and the caller is told of that
      LOG.debug("the output of virsh ended early: {}", e.getMessage());
    }
  }

  /// `virsh console` wants a terminal, which only SSH gives it.
  @Override
  public SerialConsole.Stream console(
      String server, SerialConsole.Screen screen, boolean takeOver) {
    throw new BmcException(
        UNSUPPORTED,
        address,
        "its servers' serial consoles are reached by SSH only: give its address as qemu+ssh://"
            + address.host());
  }

  @Override
  public void close() {
    // nothing is kept open between two commands
  }
}
