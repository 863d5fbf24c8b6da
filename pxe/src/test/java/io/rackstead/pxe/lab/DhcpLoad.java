package io.rackstead.pxe.lab;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.PortUnreachableException;
import java.nio.ByteBuffer;
import java.nio.channels.DatagramChannel;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Scanner;

/// Clients behind one relay: so many questions are under way at a time, each is asked to its end
/// and the next begins. Reads `KIND OUTSTANDING MILLIS FIRST COUNT` lines: clients FIRST, FIRST+1 …
/// of COUNT in a circle, `new` by DISCOVER and REQUEST, `renew` by REQUEST alone. Prints a line for
/// each: done, milliseconds, median and 99th percentile in microseconds, asked again, double
/// addresses.
final class DhcpLoad {
  private static final long AGAIN_NANOS = 1_000_000_000L;
  private static final int COOKIE = 0x63825363;

  private final DatagramChannel socket;
  private final int relay;
  private final ByteBuffer in = ByteBuffer.allocate(2048);
  private final Map<Integer, Client> asking = new HashMap<>();
  private final Map<Integer, Integer> holders = new HashMap<>();
  private final Map<Integer, Integer> addresses = new HashMap<>();
  private final List<Long> times = new ArrayList<>();
  private int again;
  private int doubled;

  private static final class Client {
    private final int number;
    private final long begun;
    private long sent;
    private byte[] last = new byte[0];

    Client(int number, long now) {
      this.number = number;
      this.begun = now;
    }
  }

  private DhcpLoad(DatagramChannel socket, int relay) {
    this.socket = socket;
    this.relay = relay;
  }

  public static void main(String[] args) throws IOException {
    try (var socket = DatagramChannel.open();
        var lines = new Scanner(System.in, java.nio.charset.StandardCharsets.UTF_8)) {
      socket.bind(new InetSocketAddress(args[0], 67));
      socket.connect(new InetSocketAddress(args[1], 67));
      socket.configureBlocking(false);
      var load =
          new DhcpLoad(
              socket,
              ByteBuffer.wrap(
                      ((InetSocketAddress) socket.getLocalAddress()).getAddress().getAddress())
                  .getInt());
      while (lines.hasNextLine()) {
        var words = lines.nextLine().split(" ");
        System.out.println(
            load.run(
                words[0].equals("renew"),
                Integer.parseInt(words[1]),
                Long.parseLong(words[2]) * 1_000_000,
                Integer.parseInt(words[3]),
                Integer.parseInt(words[4])));
      }
    }
  }

  private String run(boolean renew, int outstanding, long nanos, int first, int count)
      throws IOException {
    asking.clear();
    times.clear();
    again = 0;
    doubled = 0;
    int next = first;
    long start = System.nanoTime();
    try (var selector = Selector.open()) {
      socket.register(selector, SelectionKey.OP_READ);
      while (System.nanoTime() - start < nanos) {
        while (asking.size() < outstanding) {
          begin(first + (next++ - first) % count, renew);
        }
        selector.select(5);
        selector.selectedKeys().clear();
        for (in.clear(); receive(); in.clear()) {
          heard(renew);
        }
        repeat();
      }
    }
    long took = System.nanoTime() - start;
    var sorted = times.stream().mapToLong(Long::longValue).sorted().toArray();
    return "%d %d %d %d %d %d"
        .formatted(
            sorted.length,
            took / 1_000_000,
            sorted.length == 0 ? -1 : sorted[sorted.length / 2] / 1000,
            sorted.length == 0 ? -1 : sorted[(int) (sorted.length * 0.99)] / 1000,
            again,
            doubled);
  }

  private boolean receive() throws IOException {
    try {
      return socket.read(in) > 0;
    } catch (PortUnreachableException e) {
      return false; // it is not there yet
    }
  }

  private void begin(int number, boolean renew) throws IOException {
    var client = new Client(number, System.nanoTime());
    asking.put(number, client);
    int address = renew ? addresses.getOrDefault(number, 0) : 0;
    client.last = message(number, renew ? 3 : 1, address, 0, 0);
    send(client);
  }

  private void send(Client client) throws IOException {
    client.sent = System.nanoTime();
    try {
      socket.write(ByteBuffer.wrap(client.last));
    } catch (PortUnreachableException e) {
      client.sent = System.nanoTime(); // asked again in a second
    }
  }

  private void heard(boolean renew) throws IOException {
    in.flip();
    if (in.remaining() < 244) {
      return;
    }
    int number = in.getInt(4);
    int address = in.getInt(16);
    var client = asking.get(number);
    int type = 0;
    int server = 0;
    for (int at = 240; at + 2 < in.limit() && in.get(at) != -1; at += 2 + (in.get(at + 1) & 255)) {
      if (in.get(at) == 53) {
        type = in.get(at + 2);
      } else if (in.get(at) == 54) {
        server = in.getInt(at + 2);
      }
    }
    if (client == null) {
      return;
    }
    if (type == 2 && client.last[242] == 1) {
      client.last = message(number, 3, 0, address, server);
      send(client);
    } else if (type == 5) {
      asking.remove(number);
      times.add(System.nanoTime() - client.begun);
      if (!renew) {
        var holder = holders.put(address, number);
        doubled += holder != null && holder != number ? 1 : 0;
        addresses.put(number, address);
      }
    } else if (type == 6) {
      asking.remove(number);
    }
  }

  private void repeat() throws IOException {
    long now = System.nanoTime();
    for (var client : asking.values()) {
      if (now - client.sent > AGAIN_NANOS) {
        again++;
        send(client);
      }
    }
  }

  private byte[] message(int number, int type, int ciaddr, int wanted, int server) {
    var out = ByteBuffer.allocate(400);
    out.putInt(0x01010601)
        .putInt(number)
        .putInt(0)
        .putInt(ciaddr)
        .putInt(0)
        .putInt(0)
        .putInt(relay);
    out.putShort((short) 0x5254).putInt(number).position(236);
    out.putInt(COOKIE).put((byte) 53).put((byte) 1).put((byte) type);
    if (wanted != 0) {
      out.put((byte) 50).put((byte) 4).putInt(wanted).put((byte) 54).put((byte) 4).putInt(server);
    }
    out.put(new byte[] {55, 8, 1, 3, 6, 15, 51, 54, 66, 67, 57, 2, 5, (byte) 0xc0, 93, 2, 0, 7});
    var text =
        "PXEClient:Arch:00007:UNDI:003016".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    out.put((byte) 60).put((byte) text.length).put(text).put((byte) -1);
    return Arrays.copyOf(out.array(), Math.max(300, out.position()));
  }
}
