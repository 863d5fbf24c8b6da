package io.rackstead.bmc.ipmi;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks whether a BMC is there, before any session: ASF's presence ping (IPMI 2.0 §13.2.3), and as
/// some do not answer that, what every BMC must say of its authentication; then for the system's
/// GUID. One socket for all; who was not asked is not heard.
public final class RmcpPing implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RmcpPing.class);

  /// RMCP, class ASF; ASF's own enterprise number 4542, presence ping (80h).
  private static final byte[] PING = {
    6, 0, (byte) 0xff, 6, 0, 0, 0x11, (byte) 0xbe, (byte) 0x80, 0, 0, 0
  };

  private static final int PONG = 0x40;
  private static final int CAPABILITIES = 1;
  private static final int GUID = 2;

  private final DatagramChannel channel;
  private final Consumer<Heard> heard;
  private final Set<InetSocketAddress> asked = ConcurrentHashMap.newKeySet();
  private final Set<InetSocketAddress> known = ConcurrentHashMap.newKeySet();

  /// A BMC that speaks IPMI.
  ///
  /// @param systemUuid in the likeliest of its readings; empty until it says
  public record Heard(InetSocketAddress from, String systemUuid) {}

  private RmcpPing(DatagramChannel channel, Consumer<Heard> heard) {
    this.channel = channel;
    this.heard = heard;
  }

  public static RmcpPing open(Consumer<Heard> heard) throws IOException {
    var channel =
        DatagramChannel.open().setOption(StandardSocketOptions.SO_RCVBUF, 1 << 20).bind(null);
    var ping = new RmcpPing(channel, heard);
    Thread.ofPlatform().daemon().name("rmcp-ping").start(ping::listen);
    return ping;
  }

  public void ask(InetSocketAddress whom) {
    asked.add(whom);
    send(whom, PING);
    send(whom, CAPABILITIES, Command.channelAuthenticationCapabilities());
  }

  private void send(InetSocketAddress whom, int sequence, Command command) {
    var request =
        new IpmiMessage.Request(command.netFunction(), command.code(), sequence, command.data());
    send(whom, new IpmiPacket.Plain(request.encode()).encode());
  }

  private void send(InetSocketAddress whom, byte[] datagram) {
    try {
      channel.send(ByteBuffer.wrap(datagram), whom);
    } catch (IOException e) {
      LOG.debug("ping of {}: {}", whom, e.getMessage());
    }
  }

  private void listen() {
    var buffer = ByteBuffer.allocate(IpmiPacket.LONGEST);
    while (channel.isOpen()) {
      try {
        buffer.clear();
        if (channel.receive(buffer) instanceof InetSocketAddress from && asked.contains(from)) {
          read(from, Arrays.copyOf(buffer.array(), buffer.position()));
        }
      } catch (MalformedPacket e) {
        LOG.debug("unreadable answer to a ping: {}", e.getMessage());
      } catch (IOException e) {
        LOG.debug("ping: {}", e.getMessage());
      }
    }
  }

  private void read(InetSocketAddress from, byte[] in) {
    if (in.length >= 12 && in[0] == 6 && (in[3] & 0x1f) == 6) {
      // byte 21 of the pong: bit 7 says that it speaks IPMI
      if ((in[8] & 0xff) == PONG && in.length >= 21 && (in[20] & 0x80) != 0) {
        there(from);
      }
      return;
    }
    if (!(IpmiPacket.decode(in) instanceof IpmiPacket.Plain(var message))) {
      return;
    }
    var answer = IpmiMessage.decodeResponse(message);
    switch (answer.sequence()) {
      case CAPABILITIES -> there(from);
      case GUID -> guid(answer).ifPresent(uuid -> heard.accept(new Heard(from, uuid)));
      default -> LOG.debug("an answer to nothing from={}", from);
    }
  }

  private void there(InetSocketAddress from) {
    if (known.add(from)) {
      heard.accept(new Heard(from, ""));
    }
    send(from, GUID, Command.systemGuid());
  }

  private static Optional<String> guid(IpmiMessage.Response answer) {
    if (answer.completion() != 0 || answer.data().length != 16) {
      return Optional.empty();
    }
    var guid = new SystemGuid(answer.data());
    return Optional.of(guid.as(guid.likely()).toString());
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
