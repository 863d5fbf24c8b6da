package io.rackstead.bmc;

import java.util.List;

/// Facet: who may log in to the BMC over the network.
public interface Accounts {
  /// The accounts that have a name.
  List<Account> list();

  /// Sees to it that this account exists as an enabled administrator with this password; one of the
  /// same name is changed, else a free place is taken. Asking again changes nothing.
  void put(BmcCredentials credentials);

  /// Sees to it that there is no account of this name. The one that asks cannot remove itself.
  void remove(String user);

  /// @param place the BMC's own number or name for it
  /// @param privilege in the standard's own word: `ADMINISTRATOR`, `Operator`, …
  record Account(String place, String name, String privilege) {}
}
