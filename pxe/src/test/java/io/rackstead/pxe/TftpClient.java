package io.rackstead.pxe;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// A TFTP client of its own making, that can lose packets: RFC 1350, 2347, 2348, 7440.
final class TftpClient implements AutoCloseable {
  private final InetSocketAddress server;
  private final DatagramSocket socket;
  private final Map<String, String> accepted = new HashMap<>();
  private int loseEach;
  private int heard;

  TftpClient(InetSocketAddress server) throws IOException {
    this.server = server;
    this.socket = new DatagramSocket(0, InetAddress.getByName("127.0.0.1"));
    socket.setSoTimeout(10_000);
  }

  /// Drops every n-th packet that arrives.
  TftpClient losing(int n) {
    loseEach = n;
    return this;
  }

  Map<String, String> accepted() {
    return accepted;
  }

  byte[] get(String name, String mode, String... options) throws IOException {
    send(request(name, mode, options), server);
    var file = new ByteArrayOutputStream();
    int blockSize = 512;
    int window = 1;
    int expected = 1;
    int inWindow = 0;
    while (true) {
      var packet = receive();
      var in = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
      int opcode = in.getShort();
      if (opcode == 6) {
        options(in);
        blockSize = Integer.parseInt(accepted.getOrDefault("blksize", "512"));
        window = Integer.parseInt(accepted.getOrDefault("windowsize", "1"));
        send(ack(0), packet.getSocketAddress());
        continue;
      }
      if (opcode != 3) {
        throw new IOException("opcode " + opcode);
      }
      int block = in.getShort() & 0xffff;
      if (block != (expected & 0xffff)) {
        inWindow = 0;
        send(ack(expected - 1), packet.getSocketAddress());
        continue;
      }
      file.write(packet.getData(), 4, in.remaining());
      expected++;
      boolean last = in.remaining() < blockSize;
      if (last || ++inWindow == window) {
        inWindow = 0;
        send(ack(block), packet.getSocketAddress());
      }
      if (last) {
        return file.toByteArray();
      }
    }
  }

  String error(String name) throws IOException {
    send(request(name, "octet"), server);
    var packet = receive();
    var in = ByteBuffer.wrap(packet.getData(), 0, packet.getLength());
    int opcode = in.getShort();
    int code = in.getShort();
    var text = new String(packet.getData(), 4, packet.getLength() - 5, ISO_8859_1);
    return opcode == 5 ? code + " " + text : "opcode " + opcode;
  }

  private void options(ByteBuffer in) {
    var texts = ISO_8859_1.decode(in).toString().split("\0");
    for (int i = 0; i + 1 < texts.length; i += 2) {
      accepted.put(texts[i], texts[i + 1]);
    }
  }

  private DatagramPacket receive() throws IOException {
    while (true) {
      var packet = new DatagramPacket(new byte[2048], 2048);
      socket.receive(packet);
      if (loseEach == 0 || ++heard % loseEach != 0) {
        return packet;
      }
    }
  }

  private static byte[] request(String name, String mode, String... options) {
    var text = new StringBuilder("\0\1").append(name).append('\0').append(mode).append('\0');
    Arrays.stream(options).forEach(part -> text.append(part).append('\0'));
    return text.toString().getBytes(ISO_8859_1);
  }

  private static byte[] ack(int block) {
    return ByteBuffer.allocate(4).putShort((short) 4).putShort((short) block).array();
  }

  private void send(byte[] octets, SocketAddress to) throws IOException {
    socket.send(new DatagramPacket(octets, octets.length, to));
  }

  @Override
  public void close() {
    socket.close();
  }
}
