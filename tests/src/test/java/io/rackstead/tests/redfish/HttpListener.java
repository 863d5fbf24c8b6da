package io.rackstead.tests.redfish;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.net.ssl.SSLContext;

/// A plain HTTP/1.1 server on loopback, a virtual thread for each connection. The one that comes
/// with Java closes a connection when asked to without saying so, over which other clients stumble.
final class HttpListener implements AutoCloseable {
  private final ServerSocket listening;
  private final Handler handler;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();

  interface Handler {
    void handle(Exchange exchange) throws IOException;
  }

  HttpListener(Optional<SSLContext> tls, int port, Handler handler) {
    this(tls, new InetSocketAddress(InetAddress.getLoopbackAddress(), port), handler);
  }

  HttpListener(Optional<SSLContext> tls, InetSocketAddress address, Handler handler) {
    this.handler = handler;
    try {
      listening =
          tls.isPresent()
              ? tls.get().getServerSocketFactory().createServerSocket()
              : new ServerSocket();
      listening.setReuseAddress(true);
      listening.bind(address, 200);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot listen on " + address, e);
    }
    Thread.ofVirtual().name("simulated-redfish").start(this::accept);
  }

  int port() {
    return listening.getLocalPort();
  }

  private void accept() {
    while (!listening.isClosed()) {
      try {
        var socket = listening.accept();
        open.add(socket);
        Thread.startVirtualThread(() -> converse(socket));
      } catch (IOException e) {
        return; // it was closed
      }
    }
  }

  private void converse(Socket socket) {
    try (socket) {
      var in = new BufferedInputStream(socket.getInputStream());
      boolean stays = true;
      while (stays && !socket.isClosed()) {
        var exchange = Exchange.read(in, socket);
        if (exchange.isEmpty()) {
          return;
        }
        handler.handle(exchange.get());
        stays = exchange.get().stays();
      }
    } catch (IOException e) {
      return; // the other side has left, or is not trusted
    } finally {
      open.remove(socket);
    }
  }

  @Override
  public void close() {
    try {
      listening.close();
      for (var socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
