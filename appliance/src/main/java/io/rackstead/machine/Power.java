package io.rackstead.machine;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.PowerState;
import java.util.Optional;

/// How a machine is switched, and what its hardware last said. The password lies in the vault, not
/// here.
///
/// @param bmc where its BMC is; empty: power is manual and a person presses the button
/// @param user the account we use there
/// @param prompt what a person has to do now; empty when nothing
public record Power(Optional<BmcAddress> bmc, String user, PowerState state, String prompt) {
  public static final Power MANUAL = new Power(Optional.empty(), "", PowerState.UNKNOWN, "");

  /// MAAS's `power_type`.
  public String type() {
    return bmc.map(BmcAddress::scheme).map(Power::type).orElse("manual");
  }

  private static String type(String scheme) {
    if (scheme.startsWith("redfish")) {
      return "redfish";
    }
    return scheme.startsWith("qemu") ? "virsh" : scheme;
  }

  public Power withState(PowerState newState) {
    return new Power(bmc, user, newState, prompt);
  }

  public Power withPrompt(String newPrompt) {
    return new Power(bmc, user, state, newPrompt);
  }
}
