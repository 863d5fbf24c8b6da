package io.rackstead.pxe.lab;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.util.HexFormat;

/// Sends one packet from port 68 and prints each answer of the next seconds: `UdpClient ADDRESS
/// PORT HEX` prints `FROM:PORT HEX`.
final class UdpClient {
  private static final int LISTEN_MILLIS = 4000;

  private UdpClient() {}

  public static void main(String[] args) throws IOException {
    var octets = HexFormat.of().parseHex(args[2]);
    try (var socket = new DatagramSocket(68)) {
      socket.setBroadcast(true);
      socket.send(
          new DatagramPacket(
              octets,
              octets.length,
              new InetSocketAddress(InetAddress.getByName(args[0]), Integer.parseInt(args[1]))));
      long until = System.nanoTime() + LISTEN_MILLIS * 1_000_000L;
      while (true) {
        int left = (int) ((until - System.nanoTime()) / 1_000_000);
        if (left <= 0) {
          return;
        }
        socket.setSoTimeout(left);
        var packet = new DatagramPacket(new byte[2048], 2048);
        socket.receive(packet);
        System.out.println(
            packet.getAddress().getHostAddress()
                + ":"
                + packet.getPort()
                + " "
                + HexFormat.of().formatHex(packet.getData(), 0, packet.getLength()));
      }
    } catch (SocketTimeoutException _) {
      // all has been heard
      System.out.flush();
    }
  }
}
