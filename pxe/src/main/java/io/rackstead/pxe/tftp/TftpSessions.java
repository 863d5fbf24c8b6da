package io.rackstead.pxe.tftp;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.apache.mina.core.buffer.IoBuffer;
import org.apache.mina.core.service.IoHandlerAdapter;
import org.apache.mina.core.session.IoSession;
import org.apache.mina.core.session.IoSessionRecycler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where MINA's sessions and the engine meet.
final class TftpSessions {
  private static final Logger LOG = LoggerFactory.getLogger(TftpSessions.class);

  private TftpSessions() {}

  /// The well-known port: each datagram is a session of its own, over when it was read.
  static final class Requests extends IoHandlerAdapter {
    private final TftpEngine engine;
    private final BiFunction<InetSocketAddress, InetSocketAddress, TftpEngine.Wire> wires;

    Requests(
        TftpEngine engine,
        BiFunction<InetSocketAddress, InetSocketAddress, TftpEngine.Wire> wires) {
      this.engine = engine;
      this.wires = wires;
    }

    @Override
    public void messageReceived(IoSession session, Object message) {
      var here = (InetSocketAddress) session.getLocalAddress();
      var client = (InetSocketAddress) session.getRemoteAddress();
      try {
        engine.request(((IoBuffer) message).buf(), client, () -> wires.apply(here, client));
      } finally {
        session.closeNow();
      }
    }

    @Override
    public void exceptionCaught(IoSession session, Throwable cause) {
      LOG.error("tftp request from {}: not answered", session.getRemoteAddress(), cause);
      session.closeNow();
    }
  }

  /// The transfers' ports.
  static final class Transfers extends IoHandlerAdapter {
    private final TftpEngine engine;

    Transfers(TftpEngine engine) {
      this.engine = engine;
    }

    @Override
    public void messageReceived(IoSession session, Object message) {
      engine.reply(
          ((IoBuffer) message).buf(),
          (InetSocketAddress) session.getRemoteAddress(),
          () -> new SessionWire(session, TransferTerms.ETHERNET_BLOCK));
    }

    @Override
    public void exceptionCaught(IoSession session, Throwable cause) {
      // a port that is closed at the client's end shows here; the transfer's time-out ends it
      LOG.debug("tftp transfer to {}: {}", session.getRemoteAddress(), cause.toString());
    }
  }

  record SessionWire(IoSession session, int largestBlock) implements TftpEngine.Wire {
    @Override
    public void send(ByteBuffer packet) {
      session.write(IoBuffer.wrap(packet));
    }

    @Override
    public void close() {
      session.closeOnFlush();
    }
  }

  /// MINA's own recycler forgets a session after a while; these live as long as their transfer.
  static final class ByClient implements IoSessionRecycler {
    private final Map<Ends, IoSession> sessions = new ConcurrentHashMap<>();

    private record Ends(SocketAddress client, int port) {
      static Ends of(IoSession session) {
        return new Ends(
            session.getRemoteAddress(), ((InetSocketAddress) session.getLocalAddress()).getPort());
      }
    }

    @Override
    public void put(IoSession session) {
      sessions.put(Ends.of(session), session);
    }

    @Override
    @SuppressWarnings("NullAway") // MINA's interface wants null for a client it does not know
    public IoSession recycle(SocketAddress client, int port) {
      return sessions.get(new Ends(client, port));
    }

    @Override
    public void remove(IoSession session) {
      sessions.remove(Ends.of(session), session);
    }
  }
}
