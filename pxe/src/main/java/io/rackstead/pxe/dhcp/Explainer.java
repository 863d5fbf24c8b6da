package io.rackstead.pxe.dhcp;

import io.rackstead.pxe.BootDecision;
import io.rackstead.pxe.BootEffect;
import io.rackstead.pxe.BootJournal.Trace;
import io.rackstead.pxe.BootRequest;
import io.rackstead.pxe.Booter;
import io.rackstead.pxe.Explanation;
import io.rackstead.pxe.Explanation.Question;
import io.rackstead.pxe.Explanation.Stage;
import io.rackstead.pxe.Networks;
import io.rackstead.pxe.Networks.Served;
import io.rackstead.pxe.capture.Pcap.Datagram;
import io.rackstead.pxe.ipxe.Loaders;
import io.rackstead.pxe.lease.Lease;
import io.rackstead.pxe.lease.Leases;
import io.rackstead.pxe.net.PrintableText;
import java.net.Inet4Address;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.IntSupplier;

/// Answers a question that nobody asked: the message that such a client sends goes through the
/// responder itself, over leases that only look.
public final class Explainer {
  private final Booter booter;
  private final Networks networks;
  private final Optional<Leases> leases;
  private final DhcpResponder responder;

  public Explainer(
      Booter booter,
      Networks networks,
      Optional<Leases> leases,
      Loaders loaders,
      IntSupplier httpPort,
      InstantSource clock) {
    this.booter = booter;
    this.networks = networks;
    this.leases = leases.map(real -> new LeasesSeen(real, clock));
    this.responder =
        new DhcpResponder(
            networks,
            new BootOffers(booter, loaders, httpPort, new LoadersSeen(clock)),
            this.leases,
            clock,
            DhcpPorts.STANDARD);
  }

  public Explanation explain(Question question) {
    return explain(
        message(question),
        question.networkInterface(),
        Optional.of(question).filter(asked -> asked.stage() == Stage.SCRIPT));
  }

  /// Asks again what clients asked; what else is in the file is passed by.
  public List<Explanation> replay(List<Datagram> datagrams, Optional<String> networkInterface) {
    var answers = new ArrayList<Explanation>();
    for (var one : datagrams) {
      if (one.toPort() == 67 || one.toPort() == 4011) {
        var asked = DhcpMessage.decode(ByteBuffer.wrap(one.octets()));
        if (asked.op() == DhcpMessage.REQUEST) {
          answers.add(explain(asked, networkInterface, Optional.empty()));
        }
      }
    }
    return List.copyOf(answers);
  }

  private Explanation explain(DhcpMessage asked, Optional<String> name, Optional<Question> script) {
    var arrival = new Arrival(name.or(this::onlyInterface), false, DhcpMessage.NONE, 68);
    var choice = NetworkChoice.of(asked, arrival, networks.served(), leases);
    var network =
        choice.network().map(served -> served.subnet() + ", ").orElse("none: ") + choice.why();
    if (script.isPresent()) {
      return script(script.get(), network, choice.network());
    }
    var answer = responder.answer(asked, arrival);
    var trace = answer.trace();
    return new Explanation(
        network,
        trace.map(Trace::text).orElse("no answer"),
        trace.map(Trace::rule).orElse(""),
        answer.effects().stream().map(Explainer::text).toList(),
        answer.reply().map(Explainer::fields).orElse(List.of()));
  }

  private Optional<String> onlyInterface() {
    var names = networks.served().stream().map(Served::networkInterface).distinct().toList();
    return names.size() == 1 ? Optional.of(names.getFirst()) : Optional.empty();
  }

  private Explanation script(Question question, String network, Optional<Served> served) {
    var lease =
        served
            .flatMap(here -> leases.flatMap(table -> table.of(question.mac(), here)))
            .map(Lease::address);
    var answer =
        booter.decide(
            new BootRequest(
                question.mac(),
                question.arch(),
                BootRequest.Stage.SCRIPT,
                question.systemUuid(),
                lease));
    return new Explanation(
        network,
        "script: " + text(answer.decision()),
        answer.rule(),
        answer.effects().stream().map(Explainer::text).toList(),
        List.of());
  }

  private static String text(BootDecision decision) {
    return switch (decision) {
      case BootDecision.Ignore(var reason) -> "nothing to boot, " + reason;
      case BootDecision.LocalDisk _ -> "its own disk";
      // an argument may hold what opens something; which ones there are is enough here
      case BootDecision.Linux(var kernel, var initrds, var arguments) ->
          "kernel %s, ramdisks %s, arguments %s"
              .formatted(
                  kernel,
                  String.join(" ", initrds),
                  String.join(
                      " ",
                      arguments.stream().map(word -> word.replaceFirst("=.*", "=…")).toList()));
    };
  }

  private static String text(BootEffect effect) {
    return switch (effect) {
      case BootEffect.Seen(var mac, var arch) -> "an unknown client is noted: " + mac + " " + arch;
      case BootEffect.Booting(var machine, var epoch, _) ->
          machine.isEmpty()
              ? "a capability to enrol begins"
              : "a boot of machine %s in epoch %d is counted".formatted(machine, epoch);
    };
  }

  private static DhcpMessage message(Question question) {
    int code = Math.max(0, question.arch().code());
    var options = DhcpOptions.NONE.with(DhcpOptions.MESSAGE_TYPE, MessageType.DISCOVER.code());
    if (question.stage() != Stage.SYSTEM) {
      var kind = question.arch().http() ? "HTTPClient" : "PXEClient";
      options =
          options
              .with(DhcpOptions.CLASS_ID, "%s:Arch:%05d:UNDI:003016".formatted(kind, code))
              .with(
                  DhcpOptions.CLIENT_ARCH,
                  ByteBuffer.allocate(2).putShort((short) question.arch().code()).array());
    }
    if (question.stage() == Stage.LOADER) {
      options = options.with(DhcpOptions.USER_CLASS, "iPXE");
    }
    if (question.systemUuid().isPresent()) {
      options = options.with(DhcpOptions.CLIENT_UUID, uuid(question.systemUuid().get()));
    }
    return new DhcpMessage(
        DhcpMessage.REQUEST,
        question.relay().isPresent() ? 1 : 0,
        0,
        0,
        true,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        DhcpMessage.NONE,
        question.relay().orElse(DhcpMessage.NONE),
        question.mac(),
        "",
        "",
        options);
  }

  /// As [DhcpMessage#systemUuid] reads it.
  private static byte[] uuid(UUID uuid) {
    long high = uuid.getMostSignificantBits();
    return ByteBuffer.allocate(17)
        .put((byte) 0)
        .putInt(Integer.reverseBytes((int) (high >>> 32)))
        .putShort(Short.reverseBytes((short) (high >>> 16)))
        .putShort(Short.reverseBytes((short) high))
        .putLong(uuid.getLeastSignificantBits())
        .array();
  }

  private static List<String> fields(Answer.Reply reply) {
    var message = reply.message();
    var fields = new ArrayList<String>();
    fields.add("to " + reply.to().getHostAddress() + " port " + reply.port());
    field(fields, "yiaddr", message.yiaddr());
    field(fields, "siaddr", message.siaddr());
    field(fields, "giaddr", message.giaddr());
    if (!message.file().isEmpty()) {
      fields.add("file " + PrintableText.of(message.file()));
    }
    message
        .options()
        .values()
        .forEach((option, value) -> fields.add("option " + option + " " + shown(value)));
    return List.copyOf(fields);
  }

  private static void field(List<String> fields, String name, Inet4Address address) {
    if (!address.equals(DhcpMessage.NONE)) {
      fields.add(name + " " + address.getHostAddress());
    }
  }

  private static String shown(byte[] value) {
    var text = new String(value, StandardCharsets.ISO_8859_1);
    boolean words = value.length > 2 && text.chars().allMatch(c -> c >= ' ' && c < 127);
    return words ? PrintableText.of(text) : "0x" + HexFormat.of().formatHex(value);
  }
}
