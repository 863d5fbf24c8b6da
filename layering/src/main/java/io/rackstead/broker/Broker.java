package io.rackstead.broker;

/// The layer above. Calls block, each wait in them has its limit, and repeating one does no harm.
/// What goes wrong is a [BrokerException].
public interface Broker {
  /// Asks whether it is there and believes us; changes nothing.
  void test();

  Receipt handOver(Handover handover);

  Proof prove(Handover handover, Receipt receipt);

  /// Cordon, drain, leave, remove; what is gone already is taken back.
  void takeBack(Handover handover, Receipt receipt);
}
