package io.rackstead.bmc;

import java.util.Optional;

/// One server's management controller. Calls block, have a time limit, and repeating one does no
/// harm; what fails is a [BmcException] that names the BMC.
public interface Bmc extends AutoCloseable {
  /// What the BMC says of the server, letter for letter.
  Inventory inventory();

  /// Which server this BMC says that it holds: asked before each change, so it costs little.
  default Identity identity() {
    var all = inventory();
    return new Identity(all.systemUuid(), all.serial());
  }

  PowerState power();

  /// Asks for the change; the hardware's word counts, so the caller reads [#power] until it is so.
  void power(PowerAction action);

  void bootFrom(BootTarget target, Persistence how);

  /// What only some BMCs can do: present or empty, never an exception.
  <F> Optional<F> facet(Class<F> kind);

  /// Ends the session; never throws.
  @Override
  void close();

  /// As the BMC says it; empty text where it does not.
  record Identity(String systemUuid, String serial) {}

  enum Persistence {
    ONCE,
    ALWAYS
  }
}
