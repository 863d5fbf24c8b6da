package io.rackstead.bmc.fake;

import static io.rackstead.bmc.BmcException.Kind.BUSY;
import static io.rackstead.bmc.BmcException.Kind.REFUSED_CREDENTIALS;
import static io.rackstead.bmc.BmcException.Kind.UNREACHABLE;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/// Dials the fake BMCs that were plugged in; everything else is unreachable.
public final class FakeBmcs implements BmcDialer {
  private final Map<BmcAddress, FakeBmc> plugged = new ConcurrentHashMap<>();

  public FakeBmcs plug(FakeBmc bmc) {
    plugged.put(bmc.address(), bmc);
    return this;
  }

  @Override
  public Bmc dial(BmcAddress address, BmcCredentials credentials) {
    var bmc = plugged.get(address);
    if (bmc == null || bmc.has(Fault.SILENT)) {
      throw new BmcException(UNREACHABLE, address, "no answer");
    }
    if (bmc.has(Fault.BUSY)) {
      throw new BmcException(BUSY, address, "it has no free session: others hold them all");
    }
    if (!bmc.accepts(credentials)) {
      throw new BmcException(
          REFUSED_CREDENTIALS, address, "wrong password for \"" + credentials.user() + "\"");
    }
    return new FakeSession(bmc);
  }

  /// Those that were plugged in at the same place; where there are none, dialling says so.
  @Override
  public List<String> systems(BmcAddress address, BmcCredentials credentials) {
    var found =
        plugged.keySet().stream()
            .filter(one -> one.withoutSystem().equals(address.withoutSystem()))
            .map(BmcAddress::system)
            .sorted()
            .toList();
    return found.isEmpty() ? List.of("") : found;
  }
}
