package io.rackstead.appliance;

import io.rackstead.access.ApiKey;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/// One kept connection that costs next to nothing itself: what is measured is the server.
final class PlainClient implements AutoCloseable {
  private static final int BUFFER = 1 << 16;
  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private final Supplier<String> header;

  /// @param body empty where it was only counted
  record Answer(int status, long length, byte[] body) {}

  /// @param header one line that each request carries
  PlainClient(int port, Supplier<String> header) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    in = new BufferedInputStream(socket.getInputStream(), BUFFER);
    out = socket.getOutputStream();
    this.header = header;
  }

  /// One that asks with an API key, as MAAS's clients do.
  static PlainClient with(ApiKey key, int port) throws IOException {
    var who =
        "Authorization: OAuth oauth_consumer_key=\"%s\", oauth_token=\"%s\","
                .formatted(key.consumerKey(), key.tokenKey())
            + " oauth_signature=\"%%26%s\", oauth_signature_method=\"PLAINTEXT\","
                .formatted(key.tokenSecret().reveal())
            + " oauth_version=\"1.0\"";
    return new PlainClient(
        port,
        () ->
            "%s, oauth_timestamp=\"%d\", oauth_nonce=\"%016x\""
                .formatted(
                    who,
                    System.currentTimeMillis() / 1000,
                    ThreadLocalRandom.current().nextLong()));
  }

  /// Counts what is answered and throws it away.
  Answer get(String path) throws IOException {
    send("GET", path, "", "");
    return answer(false);
  }

  Answer whole(String path) throws IOException {
    send("GET", path, "", "");
    return answer(true);
  }

  Answer form(String path, String form) throws IOException {
    send("POST", path, "application/x-www-form-urlencoded", form);
    return answer(true);
  }

  Answer json(String method, String path, String json) throws IOException {
    send(method, path, "application/json", json);
    return answer(true);
  }

  /// Asks and does not read on.
  void askOnly(String path) throws IOException {
    send("GET", path, "", "");
  }

  private void send(String method, String path, String type, String body) throws IOException {
    var request = new StringBuilder();
    request.append("%s %s HTTP/1.1\r\n".formatted(method, path));
    request.append("Host: 127.0.0.1:%d\r\n".formatted(socket.getPort()));
    request.append(header.get()).append("\r\n");
    if (!type.isEmpty()) {
      request.append("Content-Type: " + type + "\r\nContent-Length: " + body.length() + "\r\n");
    }
    out.write(request.append("\r\n").append(body).toString().getBytes(StandardCharsets.US_ASCII));
  }

  private Answer answer(boolean kept) throws IOException {
    int status = Integer.parseInt(line().split(" ", -1)[1]);
    long length = 0;
    boolean chunked = false;
    for (var line = line(); !line.isEmpty(); line = line()) {
      var lower = line.toLowerCase(Locale.ROOT);
      if (lower.startsWith("content-length:")) {
        length = Long.parseLong(line.substring(15).strip());
      }
      chunked |= lower.startsWith("transfer-encoding:") && lower.contains("chunked");
    }
    var body = kept ? new java.io.ByteArrayOutputStream() : OutputStream.nullOutputStream();
    if (chunked) {
      length = 0;
      for (int size = chunk(); size > 0; size = chunk()) {
        read(size, body);
        length += size;
        line();
      }
      line();
    } else {
      read(length, body);
    }
    return new Answer(
        status,
        length,
        body instanceof java.io.ByteArrayOutputStream bytes ? bytes.toByteArray() : new byte[0]);
  }

  private int chunk() throws IOException {
    return Integer.parseInt(line(), 16);
  }

  private void read(long size, OutputStream to) throws IOException {
    var buffer = new byte[(int) Math.min(size, BUFFER)];
    for (long left = size; left > 0; ) {
      int read = in.read(buffer, 0, (int) Math.min(left, buffer.length));
      if (read < 0) {
        throw new IOException("the answer ends " + left + " octets early");
      }
      to.write(buffer, 0, read);
      left -= read;
    }
  }

  private String line() throws IOException {
    var line = new StringBuilder();
    for (int octet = in.read(); octet != '\n'; octet = in.read()) {
      if (octet < 0) {
        throw new IOException("the connection ends in a line: " + line);
      }
      line.append((char) octet);
    }
    return line.toString().stripTrailing();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
