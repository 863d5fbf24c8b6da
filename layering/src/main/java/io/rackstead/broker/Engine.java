package io.rackstead.broker;

/// What a broker does at its layer above where requests as data do not reach.
public interface Engine {
  void test();

  Receipt prepare(Handover planned);

  Receipt handOver(Handover handover, Receipt prepared);

  Proof prove(Handover handover, Receipt receipt);

  void takeBack(Handover handover, Receipt receipt);
}
