package io.rackstead.tests.bmc;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.fake.FakeBmc;
import io.rackstead.bmc.fake.FakeBmcs;

/// The fake keeps the contract.
class FakeBmcContractTest extends BmcContract {
  private static final String UUID = "4c4c4544-0042-3510-8056-b9c04f4e5832";

  private final FakeBmc bmc =
      new FakeBmc(BmcAddress.parse("ipmi://10.0.9.7"), account(), UUID, "B5XNX");
  private final FakeBmcs dialer = new FakeBmcs().plug(bmc);

  @Override
  protected BmcDialer dialer() {
    return dialer;
  }

  @Override
  protected BmcAddress address() {
    return bmc.address();
  }

  @Override
  protected final BmcCredentials account() {
    return new BmcCredentials("admin", "secret".toCharArray());
  }

  @Override
  protected BmcAddress nobody() {
    return BmcAddress.parse("ipmi://10.0.9.8");
  }

  @Override
  protected String systemUuid() {
    return UUID;
  }

  @Override
  protected PowerState lamp() {
    return bmc.power();
  }

  @Override
  protected String bootTarget() {
    return bmc.boot()
        .map(boot -> boot.target().device() + " " + boot.target().mode() + " " + boot.how())
        .orElse("");
  }
}
