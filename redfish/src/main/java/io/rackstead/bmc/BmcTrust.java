package io.rackstead.bmc;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Which TLS key each BMC is known by, and which SSH key a host of virtual servers. A BMC's
/// certificate is its own work, so nobody vouches for it: its key is believed at first sight, and
/// whoever shows another one later is told nothing.
public interface BmcTrust {
  /// The fingerprint on record for this host and port; where there is none, the one that was seen
  /// is from now on.
  String pin(BmcAddress address, String seen);

  /// What a person does to accept a changed key: a half sentence for the error.
  String howToAccept(BmcAddress address, String seen);

  /// Remembers as long as the process lives.
  static BmcTrust inMemory() {
    Map<String, String> pins = new ConcurrentHashMap<>();
    return new BmcTrust() {
      @Override
      public String pin(BmcAddress address, String seen) {
        var known = pins.putIfAbsent(address.host() + " " + address.port(), seen);
        return known == null ? seen : known;
      }

      @Override
      public String howToAccept(BmcAddress address, String seen) {
        return "forget the pin of " + address.host();
      }
    };
  }
}
