package io.rackstead.bmc.ipmi;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.ipmi.IpmiPacket.Secured;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// A session in its old age: numbers that wrap, request numbers that begin anew.
class IpmiSessionTest {
  private static final int BMC_SESSION = 0x1234;

  private final Random random = new Random(5);
  private final Rakp.Keys keys = new Rakp.Keys(new byte[] {1, 2, 3}, new byte[32]);
  private final Seal seal = new Seal(CipherSuite.SUITE_17, keys, random);
  private final IpmiSocket socket = new IpmiSocket(Optional.empty(), random);
  private final List<Integer> heard = new CopyOnWriteArrayList<>();
  private final DatagramSocket bmc = loopback();

  private static DatagramSocket loopback() {
    try {
      return new DatagramSocket(0, InetAddress.getLoopbackAddress());
    } catch (SocketException e) {
      throw new UncheckedIOException(e);
    }
  }

  @AfterEach
  void close() {
    bmc.close();
    socket.close();
  }

  @Test
  void theConsolesNumbersWrapPastZeroAndTheSessionGoesOn() {
    var line =
        socket.line(new InetSocketAddress(InetAddress.getLoopbackAddress(), bmc.getLocalPort()));
    Thread.ofVirtual().start(() -> answer(line.consoleSession()));
    var session =
        new IpmiSession(
            new BmcAddress("ipmi", "127.0.0.1", bmc.getLocalPort()),
            IpmiSettings.DEFAULT,
            BmcTrace.NONE,
            line,
            CipherSuite.SUITE_17,
            BMC_SESSION,
            seal);
    session.sequence(0xfffffffc);

    for (int i = 0; i < 70; i++) {
      assertThat(session.exchange(Command.chassisStatus())).containsExactly(1, 0, 0);
    }

    assertThat(heard).doesNotContain(0).doesNotHaveDuplicates();
    assertThat(heard.subList(0, 5)).containsExactly(0xfffffffd, 0xfffffffe, 0xffffffff, 1, 2);
  }

  /// A BMC that knows one answer, and sends each twice: once in the wrong session.
  private void answer(int consoleSession) {
    var in = new DatagramPacket(new byte[1500], 1500);
    try {
      for (int sequence = 0xfffffff0; ; sequence = SequenceWindow.after(sequence)) {
        bmc.receive(in);
        var packet = (Secured) IpmiPacket.decode(Arrays.copyOf(in.getData(), in.getLength()));
        heard.add(packet.sequence());
        int number = seal.open(packet)[4];
        reply(in, consoleSession + 1, sequence, number);
        reply(in, consoleSession, sequence, number);
      }
    } catch (SocketException e) {
      assertThat(bmc.isClosed()).isTrue();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void reply(DatagramPacket to, int session, int sequence, int number) throws IOException {
    var message = new byte[11];
    System.arraycopy(new byte[] {(byte) 0x81, 0x04, 0x7b, 0x20}, 0, message, 0, 4);
    message[4] = (byte) number;
    message[5] = 0x01;
    message[7] = 1;
    message[10] = (byte) -(0x20 + number + 0x01 + 1);
    var bytes = seal.seal(session, sequence, 0, message);
    bmc.send(new DatagramPacket(bytes, bytes.length, to.getSocketAddress()));
  }
}
