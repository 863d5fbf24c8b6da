package io.rackstead.maas;

import io.rackstead.http.Problem;
import io.rackstead.network.Ip;
import io.rackstead.network.Prefix;
import io.rackstead.network.Rejected;
import io.rackstead.pxe.net.MacAddress;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// Parameters of network operations, read into values or refused with the field's name.
final class Fields {
  private Fields() {}

  /// Empty also where the field is there without text, which unsets it.
  static Optional<InetAddress> ip(Call call, String name) {
    return filled(call, name).map(text -> ip(name, text));
  }

  static InetAddress ip(String name, String text) {
    return parsed(name, text, Ip::parse, "Enter a valid IPv4 or IPv6 address.");
  }

  static Prefix prefix(String name, String text) {
    return parsed(name, text, Prefix::parse, "'" + shown(text) + "' is not a network.");
  }

  static MacAddress mac(String name, String text) {
    return parsed(name, text, MacAddress::parse, "'" + shown(text) + "' is not a MAC address.");
  }

  static List<InetAddress> ips(Call call, String name) {
    return call.list(name).stream().map(text -> ip(name, text)).toList();
  }

  static Optional<Integer> number(Call call, String name) {
    return filled(call, name)
        .map(text -> parsed(name, text, Integer::parseInt, "Enter a whole number."));
  }

  static Optional<String> filled(Call call, String name) {
    return call.text(name).map(String::strip).filter(text -> !text.isEmpty());
  }

  static String required(Call call, String name) {
    return filled(call, name).orElseThrow(() -> new Rejected(name, "This field is required."));
  }

  static boolean sent(Call call, String name) {
    return call.text(name).isPresent();
  }

  private static String shown(String text) {
    return text.length() > 60 ? text.substring(0, 60) + "…" : text;
  }

  private static <T> T parsed(
      String name, String text, Function<String, T> parse, String otherwise) {
    try {
      return parse.apply(text);
    } catch (IllegalArgumentException e) {
      throw new Rejected(name, otherwise);
    }
  }

  /// The row that a path names by its number.
  static <T> T row(Call call, String part, String kind, Function<Long, Optional<T>> find) {
    var text = call.part(part);
    Optional<T> found =
        text.matches("[0-9]{1,18}") ? find.apply(Long.parseLong(text)) : Optional.empty();
    return found.orElseThrow(() -> none(kind));
  }

  static Problem none(String kind) {
    return new Problem(404, "No " + kind + " matches the given query.");
  }
}
