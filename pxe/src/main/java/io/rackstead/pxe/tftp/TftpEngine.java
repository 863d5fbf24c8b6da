package io.rackstead.pxe.tftp;

import io.rackstead.pxe.BootFile;
import io.rackstead.pxe.BootFiles;
import io.rackstead.pxe.BootJournal;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.Clients;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.PrintableText;
import io.rackstead.pxe.tftp.TftpPacket.ReadRequest;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/// All transfers by client address and port. Knows no transport: each request brings its wire.
final class TftpEngine {
  private static final int MAX_TRANSFERS = 4096;
  private static final int MAX_PER_CLIENT = 32;

  private final BootFiles files;
  private final Clients clients;
  private final BootJournal journal;
  private final LongSupplier nanos;
  private final Map<InetSocketAddress, Running> running = new ConcurrentHashMap<>();

  /// Where a transfer's packets go.
  interface Wire {
    void send(ByteBuffer packet);

    /// No more will be sent.
    void close();

    /// The largest block that leaves in one piece on this way.
    default int largestBlock() {
      return TransferTerms.ETHERNET_BLOCK;
    }
  }

  private record Running(TftpTransfer transfer, String name, Wire wire) {}

  TftpEngine(BootFiles files, Clients clients, BootJournal journal, LongSupplier nanos) {
    this.files = files;
    this.clients = clients;
    this.journal = journal;
    this.nanos = nanos;
  }

  /// A packet to the well-known port. A wire is asked for only when something is to be sent.
  void request(ByteBuffer packet, InetSocketAddress client, Supplier<Wire> wires) {
    TftpPacket decoded;
    try {
      decoded = TftpPacket.decode(packet);
    } catch (MalformedPacket e) {
      tell(client, "malformed: " + e.getMessage());
      return;
    }
    switch (decoded) {
      case ReadRequest read -> read(read, client, wires);
      case TftpPacket.WriteRequest(var name) -> {
        refuse(wires.get(), TftpPacket.Error.ACCESS_VIOLATION, "read only");
        tell(client, "write of " + PrintableText.of(name) + " → refused, read only");
      }
      case TftpPacket.Error _ -> {
        // an answer to an error of ours, or a client that gives up late: nothing to do
      }
      case TftpPacket.Data _, TftpPacket.Ack _, TftpPacket.OptionAck _ ->
          refuse(wires.get(), TftpPacket.Error.UNKNOWN_TRANSFER, "unknown transfer");
    }
  }

  private void read(ReadRequest asked, InetSocketAddress client, Supplier<Wire> wires) {
    var earlier = running.get(client);
    if (earlier != null) {
      if (earlier.name().equals(asked.name()) && !earlier.transfer().begun()) {
        earlier.transfer().start(nanos.getAsLong()); // our first packet was lost
        return;
      }
      earlier.transfer().abandon("given up for a new request");
      finish(client, earlier);
    }
    var wire = wires.get();
    boolean netascii = asked.mode().equals("netascii");
    if (!netascii && !asked.mode().equals("octet")) {
      refuse(wire, TftpPacket.Error.ILLEGAL_OPERATION, "mode octet or netascii only");
      tell(client, told(asked) + "refused, mode " + PrintableText.of(asked.mode()));
      return;
    }
    if (overLimit(client.getAddress())) {
      refuse(wire, TftpPacket.Error.UNDEFINED, "too many transfers");
      tell(client, told(asked) + "refused, too many transfers at once");
      return;
    }
    // a leading slash is what a loader adds to the last part of a path, not part of the name
    var file = files.open(asked.name().replaceFirst("^/+", ""), client.getAddress());
    if (file.isEmpty()) {
      refuse(wire, TftpPacket.Error.NOT_FOUND, "file not found");
      tell(client, told(asked) + "not found");
      return;
    }
    begin(asked, file.get(), netascii, client, wire);
  }

  private void begin(
      ReadRequest asked, BootFile file, boolean netascii, InetSocketAddress client, Wire wire) {
    try {
      var content = TftpContent.open(file, netascii);
      var terms = TransferTerms.of(asked.options(), content.sizeBytes(), wire.largestBlock());
      var transfer = new TftpTransfer(content, terms, wire::send);
      running.put(client, new Running(transfer, asked.name(), wire));
      transfer.start(nanos.getAsLong());
    } catch (IOException e) {
      refuse(wire, TftpPacket.Error.UNDEFINED, "cannot be read");
      tell(client, told(asked) + "cannot be read: " + e.getMessage());
    }
  }

  /// A packet to a transfer's own port.
  void reply(ByteBuffer packet, InetSocketAddress client, Supplier<Wire> wires) {
    var found = running.get(client);
    if (found == null) {
      refuse(wires.get(), TftpPacket.Error.UNKNOWN_TRANSFER, "unknown transfer");
      return;
    }
    try {
      switch (TftpPacket.decode(packet)) {
        case TftpPacket.Ack(var block) -> found.transfer().ack(block, nanos.getAsLong());
        case TftpPacket.Error error -> found.transfer().error(error);
        case ReadRequest _,
            TftpPacket.WriteRequest _,
            TftpPacket.Data _,
            TftpPacket.OptionAck _ -> {
          // no client sends these to a transfer; the transfer's own time-out deals with it
        }
      }
    } catch (MalformedPacket e) {
      tell(client, "malformed: " + e.getMessage());
    }
    finish(client, found);
  }

  /// Called several times a second: sends again what was not acknowledged, forgets the dead.
  void tick() {
    long now = nanos.getAsLong();
    running.forEach((client, found) -> {
      found.transfer().tick(now);
      finish(client, found);
    });
  }

  int transfers() {
    return running.size();
  }

  void close() {
    running.forEach((client, found) -> {
      found.transfer().abandon("the server is stopping");
      finish(client, found);
    });
  }

  private void finish(InetSocketAddress client, Running found) {
    var outcome = found.transfer().outcome();
    if (outcome.isPresent() && running.remove(client, found)) {
      found.wire().close();
      tell(client, PrintableText.of(found.name()) + " → " + outcome.get());
    }
  }

  private boolean overLimit(InetAddress client) {
    return running.size() >= MAX_TRANSFERS
        || running.keySet().stream().filter(key -> key.getAddress().equals(client)).count()
            >= MAX_PER_CLIENT;
  }

  private static void refuse(Wire wire, int code, String message) {
    wire.send(new TftpPacket.Error(code, message).encode());
    wire.close();
  }

  private static String told(ReadRequest asked) {
    return PrintableText.of(asked.name()) + " → ";
  }

  private void tell(InetSocketAddress client, String text) {
    journal.trace(
        new Trace(
            "tftp",
            clients.holder(client.getAddress()),
            Optional.of(client.getAddress()),
            text,
            ""));
  }
}
