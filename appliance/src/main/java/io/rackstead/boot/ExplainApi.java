package io.rackstead.boot;

import io.rackstead.http.Problem;
import io.rackstead.http.Reply;
import io.rackstead.http.Request;
import io.rackstead.http.Route;
import io.rackstead.http.Route.Access;
import io.rackstead.machine.Identity;
import io.rackstead.machine.Machines;
import io.rackstead.pxe.ClientArch;
import io.rackstead.pxe.Explanation;
import io.rackstead.pxe.Explanation.Question;
import io.rackstead.pxe.Explanation.Stage;
import io.rackstead.pxe.net.MacAddress;
import io.rackstead.pxe.net.MalformedPacket;
import io.rackstead.pxe.net.Subnet;
import io.rackstead.pxe.net.Subnet6;
import java.io.IOException;
import java.net.Inet6Address;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What a client would get if it asked now, and why: for the pages and for the command line.
public final class ExplainApi {
  /// What may be said about the client, in the order that the command line sends it.
  public static final List<String> WORDS =
      List.of("mac", "arch", "stage", "uuid", "relay", "interface", "ip", "pcap");

  private static final long LONGEST_PCAP = 16L << 20;

  private final Machines machines;
  private final Function<Question, Explanation> explain;
  private final BiFunction<Question, Optional<Inet6Address>, Explanation> explain6;
  private final BiFunction<byte[], Optional<String>, List<Explanation>> replay;

  /// @param explain6 the same by DHCPv6, with an address of the relay on the client's link
  public ExplainApi(
      Machines machines,
      Function<Question, Explanation> explain,
      BiFunction<Question, Optional<Inet6Address>, Explanation> explain6,
      BiFunction<byte[], Optional<String>, List<Explanation>> replay) {
    this.machines = machines;
    this.explain = explain;
    this.explain6 = explain6;
    this.replay = replay;
  }

  public List<Route> routes() {
    return List.of(Route.get("/api/explain", Access.VIEW, this::answer));
  }

  private Reply answer(Request request) {
    Question question;
    try {
      question = question(word -> request.query(word).orElse(""));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
    if (machines.list().stream()
        .filter(machine -> meant(question, machine.identity()))
        .anyMatch(machine ->
            !request.principal().sees(machine.labels().owner(), machine.labels().pool()))) {
      throw new Problem(404, "no machine " + question.mac());
    }
    try {
      return Reply.json(explained(question, word -> request.query(word).orElse("")));
    } catch (IllegalArgumentException e) {
      throw new Problem(400, String.valueOf(e.getMessage()), e);
    }
  }

  private Explanation explained(Question question, Function<String, String> said) {
    return six(said)
        ? explain6.apply(question, text(said, "relay").map(Subnet6::address))
        : explain.apply(question);
  }

  /// By IPv6, because that is asked for or because the relay has such an address.
  private static boolean six(Function<String, String> said) {
    var ip = said.apply("ip");
    if (!List.of("", "4", "6").contains(ip)) {
      throw new IllegalArgumentException("ip is 4 or 6, got " + ip);
    }
    return ip.equals("6") || ip.isEmpty() && said.apply("relay").contains(":");
  }

  /// As it would be known by what it says of itself.
  private static boolean meant(Question question, Identity identity) {
    return identity.macs().contains(question.mac())
        || question.systemUuid().isPresent() && identity.uuid().equals(question.systemUuid());
  }

  /// For a terminal.
  ///
  /// @param words one for each of [#WORDS], empty where nothing was said
  public List<String> lines(List<String> words) {
    Function<String, String> said = word -> words.get(WORDS.indexOf(word));
    var pcap = said.apply("pcap");
    return pcap.isEmpty()
        ? explained(question(said), said).lines()
        : again(Path.of(pcap), text(said, "interface"));
  }

  private List<String> again(Path pcap, Optional<String> networkInterface) {
    try {
      if (Files.size(pcap) > LONGEST_PCAP) {
        throw new IllegalArgumentException(pcap + " is longer than " + LONGEST_PCAP + " octets");
      }
      var lines = new ArrayList<String>();
      for (var one : replay.apply(Files.readAllBytes(pcap), networkInterface)) {
        lines.addAll(one.lines());
        lines.add("");
      }
      return lines;
    } catch (IOException | MalformedPacket e) {
      throw new IllegalArgumentException(pcap + " cannot be read: " + e.getMessage(), e);
    }
  }

  private static Question question(Function<String, String> said) {
    return new Question(
        MacAddress.parse(said.apply("mac")),
        arch(said.apply("arch")),
        stage(said.apply("stage")),
        text(said, "uuid").map(ExplainApi::uuid),
        six(said) ? Optional.empty() : text(said, "relay").map(Subnet::address),
        text(said, "interface"));
  }

  private static Optional<String> text(Function<String, String> said, String word) {
    return Optional.of(said.apply(word)).filter(text -> !text.isEmpty());
  }

  private static ClientArch arch(String text) {
    if (text.isEmpty()) {
      return ClientArch.UEFI_X64;
    }
    try {
      return ClientArch.of(Integer.parseInt(text));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(
          "arch is a number of RFC 4578, as 0 for BIOS or 7 for UEFI, got " + text, e);
    }
  }

  private static Stage stage(String text) {
    return Arrays.stream(Stage.values())
        .filter(stage -> word(stage).equals(text.isEmpty() ? word(Stage.FIRMWARE) : text))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "stage is one of "
                    + Arrays.stream(Stage.values())
                        .map(ExplainApi::word)
                        .collect(Collectors.joining(", "))
                    + ", got "
                    + text));
  }

  private static String word(Stage stage) {
    return stage.name().toLowerCase(Locale.ROOT);
  }

  private static UUID uuid(String text) {
    try {
      return UUID.fromString(text);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("uuid is a system UUID of SMBIOS, got " + text, e);
    }
  }
}
