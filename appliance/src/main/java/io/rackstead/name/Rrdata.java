package io.rackstead.name;

import io.rackstead.dns.DnsName;
import io.rackstead.dns.DnsRecord;
import io.rackstead.dns.DnsType;
import io.rackstead.network.Rejected;
import java.util.List;
import java.util.regex.Pattern;

/// The texts of records: what may stand in one, and the record that goes out.
final class Rrdata {
  static final List<String> TYPES = List.of("CNAME", "MX", "NS", "SRV", "SSHFP", "TXT");

  /// RFC 4255 §3.1, 6594: SHA-1 has 20 octets, SHA-256 32. Resolvers drop another length.
  private static final Pattern SSHFP =
      Pattern.compile("([1-4]|6) (?:1 [0-9A-Fa-f]{40}|2 [0-9A-Fa-f]{64})");

  private Rrdata() {}

  /// @param owner the whole name that it belongs to
  /// @param domain what a target of one label is in
  static DnsRecord record(String rrtype, String rrdata, String owner, String domain, long ttl) {
    var words = rrdata.strip().split("\\s+", -1);
    return switch (rrtype) {
      case "CNAME" -> pointing(owner, DnsType.CNAME, ttl, rrdata, domain);
      case "NS" -> pointing(owner, DnsType.NS, ttl, rrdata, domain);
      case "MX" -> {
        count(words, 2, "<preference> <host>");
        yield DnsRecord.mx(owner, ttl, number(words[0]), target(words[1], domain));
      }
      case "SRV" -> {
        count(words, 4, "<priority> <weight> <port> <host>");
        yield DnsRecord.srv(
            owner,
            ttl,
            number(words[0]),
            number(words[1]),
            number(words[2]),
            target(words[3], domain));
      }
      case "SSHFP" -> {
        if (!SSHFP.matcher(String.join(" ", words)).matches()) {
          throw new Rejected("__all__", "Invalid SSHFP record: <algorithm> <type> <fingerprint>.");
        }
        yield DnsRecord.sshfp(owner, ttl, number(words[0]), number(words[1]), words[2]);
      }
      case "TXT" -> {
        if (rrdata.isEmpty() || rrdata.length() > 4000 || rrdata.chars().anyMatch(c -> c < 32)) {
          throw new Rejected("__all__", "A TXT record is one line of 1 to 4000 characters.");
        }
        yield DnsRecord.txt(owner, ttl, rrdata);
      }
      default ->
          throw new Rejected("rrtype", rrtype + " is not one of " + String.join(", ", TYPES) + ".");
    };
  }

  private static DnsRecord pointing(
      String owner, int type, long ttl, String rrdata, String domain) {
    return DnsRecord.pointing(owner, type, ttl, target(rrdata.strip(), domain));
  }

  private static String target(String name, String domain) {
    var full = name.contains(".") ? name : name + "." + domain;
    var plain = full.endsWith(".") ? full.substring(0, full.length() - 1) : full;
    if (!DnsName.valid(plain)) {
      throw new Rejected("__all__", "Invalid host name: '" + name + "'.");
    }
    return plain;
  }

  private static void count(String[] words, int count, String form) {
    if (words.length != count) {
      throw new Rejected("__all__", "It is written as " + form + ".");
    }
  }

  private static int number(String text) {
    if (!text.matches("[0-9]{1,5}") || Integer.parseInt(text) > 65_535) {
      throw new Rejected("__all__", "A number is 0 to 65535, got '" + text + "'.");
    }
    return Integer.parseInt(text);
  }
}
