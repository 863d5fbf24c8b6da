package io.rackstead.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/// What the DNS server knows and may do. Asked for each question, from the thread that answers: it
/// answers from memory.
public interface Names {
  Zones zones();

  /// Whether this client's other questions are passed on: an open resolver is a weapon.
  boolean mayForward(InetAddress client);

  /// Whom to ask for a name that is not ours, the first first; none: it is not asked.
  ///
  /// @param name in lower case, without the final dot
  List<InetSocketAddress> upstream(String name);
}
