package io.rackstead.machine;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.PowerState;
import io.rackstead.iso.StaticNetwork;
import java.util.Optional;

/// How a machine is switched, and what its hardware last said. The password lies in the vault, not
/// here.
///
/// @param bmc where its BMC is; empty: power is manual and a person presses the button
/// @param user the account we use there
/// @param prompt what a person has to do now; empty when nothing
/// @param disc how the ephemeral system reaches us where it is started from a disc in the BMC's
///   virtual drive; empty: it is started from the network
public record Power(
    Optional<BmcAddress> bmc,
    String user,
    PowerState state,
    String prompt,
    Optional<StaticNetwork> disc) {
  public static final Power MANUAL =
      new Power(Optional.empty(), "", PowerState.UNKNOWN, "", Optional.empty());

  /// The same server by another BMC or account; by hand nobody waits to be told what to do by a
  /// BMC.
  public Power by(Optional<BmcAddress> newBmc, String newUser) {
    return new Power(newBmc, newUser, state, newBmc.isPresent() ? "" : prompt, disc);
  }

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
    return new Power(bmc, user, newState, prompt, disc);
  }

  public Power withPrompt(String newPrompt) {
    return new Power(bmc, user, state, newPrompt, disc);
  }

  public Power withDisc(Optional<StaticNetwork> newDisc) {
    return new Power(bmc, user, state, prompt, newDisc);
  }
}
