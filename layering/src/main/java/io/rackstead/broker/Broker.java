package io.rackstead.broker;

/// The layer above. Calls block, each wait in them has its limit, and repeating one does no harm.
/// What goes wrong is a [BrokerException].
public interface Broker {
  /// Asks whether it is there and believes us; changes nothing.
  void test();

  /// Before a machine is installed: what it needs to come in with, a token of its own for one.
  Receipt prepare(Handover planned);

  /// A script that the installed system runs at its first start; empty: nothing is to be done
  /// there.
  ///
  /// @param prepared what [#prepare] brought
  String firstBoot(Handover planned, Receipt prepared);

  /// @param prepared what [#prepare] brought
  Receipt handOver(Handover handover, Receipt prepared);

  /// @param receipt what the hand-over brought, and what was prepared
  Proof prove(Handover handover, Receipt receipt);

  /// Cordon, drain, leave, remove; what is gone already is taken back.
  ///
  /// @param receipt what the hand-over brought, and what was prepared
  void takeBack(Handover handover, Receipt receipt);
}
