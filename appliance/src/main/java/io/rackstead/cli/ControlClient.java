package io.rackstead.cli;

import io.rackstead.http.Json;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/// Asks a running appliance over its control socket.
final class ControlClient {
  private ControlClient() {}

  static int ask(
      Path data, String command, List<String> arguments, PrintStream out, PrintStream err)
      throws IOException {
    var socket = data.resolve(ControlServer.NAME).toAbsolutePath();
    try (var channel = SocketChannel.open(UnixDomainSocketAddress.of(socket));
        var lines =
            new BufferedReader(
                new InputStreamReader(Channels.newInputStream(channel), StandardCharsets.UTF_8))) {
      var request = Json.text(Map.of("command", command, "args", arguments)) + "\n";
      var bytes = ByteBuffer.wrap(request.getBytes(StandardCharsets.UTF_8));
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      for (var line = lines.readLine(); line != null; line = lines.readLine()) {
        var answer = Json.parse(line.getBytes(StandardCharsets.UTF_8));
        if (answer.has("exit")) {
          return answer.path("exit").asInt();
        }
        if (answer.has("out")) {
          out.println(answer.path("out").asText());
          out.flush();
        }
        if (answer.has("err")) {
          err.println(answer.path("err").asText());
        }
      }
    }
    err.println("the appliance ended before it answered");
    return 1;
  }
}
