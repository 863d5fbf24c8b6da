package io.rackstead.store;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// The network between the appliance and its PostgreSQL server, and what can happen to it.
final class Relay implements AutoCloseable {
  private final int server;
  private ServerSocket socket;
  private final Set<Socket> clients = ConcurrentHashMap.newKeySet();
  private final Set<Socket> upstream = ConcurrentHashMap.newKeySet();
  private final Map<Socket, Loss> unheard = new ConcurrentHashMap<>();
  private volatile Loss loss = Loss.NONE;

  /// What of the next commit is lost, and the connection with it.
  enum Loss {
    NONE,
    REQUEST,
    ANSWER,
    /// The server is not told that the connection has ended.
    ANSWER_AND_END
  }

  Relay(int server) throws IOException {
    this.server = server;
    socket = listen(0);
  }

  private ServerSocket listen(int port) throws IOException {
    var listening = new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(() -> accept(listening));
    return listening;
  }

  int port() {
    return socket.getLocalPort();
  }

  void lose(Loss what) {
    loss = what;
  }

  /// Every connection breaks and none can be made.
  void cut() throws IOException {
    socket.close();
    for (var open : clients) {
      open.close();
    }
    for (var open : upstream) {
      open.close();
    }
  }

  void mend() throws IOException {
    socket = listen(socket.getLocalPort());
  }

  private void accept(ServerSocket listening) {
    while (true) {
      try {
        var client = listening.accept();
        if (listening.isClosed()) {
          // it came in just before the end
          client.close();
          return;
        }
        var to = new Socket(InetAddress.getLoopbackAddress(), server);
        clients.add(client);
        upstream.add(to);
        Thread.ofVirtual().start(() -> forth(client, to));
        Thread.ofVirtual().start(() -> back(client, to));
      } catch (IOException e) {
        return;
      }
    }
  }

  private void forth(Socket client, Socket to) {
    var buffer = new byte[64 << 10];
    try {
      var in = client.getInputStream();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        var lost = loss;
        if (lost != Loss.NONE
            && new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains("COMMIT")) {
          loss = Loss.NONE;
          if (lost == Loss.REQUEST) {
            client.close();
            break;
          }
          unheard.put(to, lost);
        }
        to.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      // the other side ended it
    }
    if (unheard.get(to) != Loss.ANSWER_AND_END) {
      end(to);
    }
  }

  /// What the server has answered it has done.
  private void back(Socket client, Socket to) {
    var buffer = new byte[64 << 10];
    try {
      InputStream in = to.getInputStream();
      for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
        if (unheard.containsKey(to)) {
          break;
        }
        client.getOutputStream().write(buffer, 0, n);
      }
    } catch (IOException e) {
      // the other side ended it
    }
    end(client);
  }

  private static void end(Socket other) {
    try {
      other.close();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() throws IOException {
    cut();
  }
}
