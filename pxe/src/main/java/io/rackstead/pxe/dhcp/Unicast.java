package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.dhcp.Answer.Reply;
import io.rackstead.pxe.net.MacAddress;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Answers for clients that have no address yet and did not ask for a broadcast. Where that cannot
/// be done, the answer is broadcast after all, which every client takes; it is said once. So is the
/// answer to a client that asks the same again: the first did not reach it.
final class Unicast implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Unicast.class);

  private static final int MOST_REMEMBERED = 4096;

  private final Set<Sent> sent =
      Collections.newSetFromMap(
          new LinkedHashMap<>() {
            @Override
            protected boolean removeEldestEntry(Map.Entry<Sent, Boolean> eldest) {
              return size() > MOST_REMEMBERED;
            }
          });
  private volatile Optional<RawFrames> frames = Optional.empty();
  private boolean tried;
  private boolean told;

  private record Sent(MacAddress mac, int xid, Optional<MessageType> type) {}

  /// Called when the first network is served.
  synchronized void open() {
    if (tried) {
      return;
    }
    tried = true;
    try {
      frames = Optional.of(new RawFrames());
    } catch (IOException e) {
      tell(e);
    }
  }

  /// False when it has to be broadcast.
  boolean send(Reply reply, Optional<String> networkInterface, int fromPort) {
    if (networkInterface.isEmpty() || frames.isEmpty() || !reply.wantsFrame()) {
      return false;
    }
    var message = reply.message();
    var server = message.options().address(DhcpOptions.SERVER_ID);
    if (server.isEmpty() || !first(new Sent(message.chaddr(), message.xid(), message.type()))) {
      return false;
    }
    var packet =
        UnicastPacket.of(server.get(), fromPort, message.yiaddr(), reply.port(), reply.octets());
    try {
      frames.get().send(networkInterface.get(), message.chaddr(), packet);
      return true;
    } catch (IOException e) {
      tell(e);
      return false;
    }
  }

  private synchronized boolean first(Sent answer) {
    return sent.add(answer);
  }

  private void tell(IOException e) {
    if (!told) {
      told = true;
      LOG.info(
          "dhcp answers to clients without an address are broadcast: {}: for unicast grant"
              + " CAP_NET_RAW",
          e.getMessage());
    }
  }

  @Override
  public synchronized void close() {
    frames.ifPresent(RawFrames::close);
    frames = Optional.empty();
  }
}
