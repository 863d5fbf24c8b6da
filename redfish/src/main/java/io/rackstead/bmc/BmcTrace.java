package io.rackstead.bmc;

/// Hears of every exchange with a BMC, for the machine's timeline. It is called on the thread of
/// the caller, must be quick, and is never given a secret.
@FunctionalInterface
public interface BmcTrace {
  BmcTrace NONE = (_, _, _, _) -> {};

  /// @param command what was asked, by the standard's own name: `Chassis Control: power up`
  /// @param result what came of it, in words: `ok: power on`, `no answer in 6.6 s`
  void command(BmcAddress address, String command, String result, long millis);
}
