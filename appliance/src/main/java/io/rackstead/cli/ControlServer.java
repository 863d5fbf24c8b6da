package io.rackstead.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.rackstead.http.Json;
import io.rackstead.http.Problem;
import io.rackstead.store.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The control socket: `control.sock` in the data folder, for its owner only. A request is one line
/// `{"command":"apikey","args":["ada","new"]}`; the answer is lines `{"out":"…"}` and
/// `{"err":"…"}`, and at last `{"exit":0}`.
public final class ControlServer implements AutoCloseable {
  static final String NAME = "control.sock";
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final int LONGEST_REQUEST = 65_536;

  /// What `sun_path` holds, less its final zero.
  private static final int LONGEST_PATH = 107;

  private final Path socket;
  private final ServerSocketChannel listener;
  private final Desk desk;
  private final Set<SocketChannel> clients = ConcurrentHashMap.newKeySet();

  private ControlServer(Path socket, ServerSocketChannel listener, Desk desk) {
    this.socket = socket;
    this.listener = listener;
    this.desk = desk;
  }

  /// @throws IOException when another appliance runs on this data folder, or the path is too long
  public static ControlServer start(Path data, Desk desk) throws IOException {
    var socket = data.resolve(NAME).toAbsolutePath();
    var hidden = data.resolve("secrets").resolve(NAME).toAbsolutePath();
    if (hidden.toString().getBytes(StandardCharsets.UTF_8).length > LONGEST_PATH) {
      throw new IOException(
          "control socket "
              + socket
              + ": the path is too long, use a data folder nearer to the root");
    }
    if (running(data)) {
      throw new IOException("another appliance runs on the data folder " + data);
    }
    Files.createDirectories(data.resolve("secrets"));
    Files.setPosixFilePermissions(
        data.resolve("secrets"), PosixFilePermissions.fromString("rwx------"));
    Files.deleteIfExists(hidden);
    var listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    // bound where nobody else can go, so that there is no moment at which others could connect
    listener.bind(UnixDomainSocketAddress.of(hidden));
    Files.setPosixFilePermissions(hidden, PosixFilePermissions.fromString("rw-------"));
    Files.move(hidden, socket, StandardCopyOption.ATOMIC_MOVE);
    var server = new ControlServer(socket, listener, desk);
    Thread.ofVirtual().name("control").start(server::accept);
    return server;
  }

  static boolean running(Path data) {
    var socket = data.resolve(NAME).toAbsolutePath();
    if (!Files.exists(socket)) {
      return false;
    }
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      return channel.isConnected();
    } catch (IOException _) {
      // a socket that nobody listens on: left by a process that was killed
      return false;
    }
  }

  private void accept() {
    while (listener.isOpen()) {
      try {
        var client = listener.accept();
        clients.add(client);
        Thread.ofVirtual().name("control-client").start(() -> serve(client));
      } catch (ClosedChannelException _) {
        return;
      } catch (IOException e) {
        LOG.warn("control socket: {}", e.getMessage());
      }
    }
  }

  private void serve(SocketChannel client) {
    try (client) {
      var in =
          new BufferedReader(
              new InputStreamReader(Channels.newInputStream(client), StandardCharsets.UTF_8));
      var out = new Lines(client);
      int exit;
      try {
        var request = Json.parse(line(in).getBytes(StandardCharsets.UTF_8));
        var arguments = new ArrayList<String>();
        request.path("args").forEach((JsonNode argument) -> arguments.add(argument.asText()));
        exit = desk.run(request.path("command").asText(), arguments, out);
      } catch (Problem | StoreException | IllegalArgumentException | IllegalStateException e) {
        out.error(String.valueOf(e.getMessage()));
        exit = 1;
      } catch (IndexOutOfBoundsException _) {
        out.error("too few arguments: is the appliance of another version than its command line?");
        exit = 2;
      }
      out.send(Map.of("exit", exit));
    } catch (IOException e) {
      LOG.debug("control client: {}", e.getMessage());
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      LOG.error("control command failed", e);
    } finally {
      clients.remove(client);
    }
  }

  private static String line(BufferedReader in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.append((char) c);
      if (line.length() > LONGEST_REQUEST) {
        throw new IOException("a request longer than " + LONGEST_REQUEST + " characters");
      }
    }
    return line.toString();
  }

  private record Lines(SocketChannel client) implements Output {
    void send(Map<String, ?> line) throws IOException {
      var bytes =
          java.nio.ByteBuffer.wrap((Json.text(line) + "\n").getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        client.write(bytes);
      }
    }

    @Override
    public void line(String text) throws IOException {
      send(Map.of("out", text));
    }

    @Override
    public void error(String text) throws IOException {
      send(Map.of("err", text));
    }

    @Override
    public void alive() throws IOException {
      send(Map.of());
    }
  }

  @Override
  public void close() throws IOException {
    listener.close();
    Files.deleteIfExists(socket);
    for (var client : clients) {
      client.close();
    }
  }
}
