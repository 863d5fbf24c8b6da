package io.rackstead.broker.declared;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.broker.Proof;
import io.rackstead.broker.Receipt;
import java.nio.file.Path;
import java.time.InstantSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our brokers against exchanges with their layers above, as they were recorded (or written down
/// after the published API: a file's `source` says which).
class ExchangeTest {
  @ParameterizedTest
  @ValueSource(strings = {"ironic", "ironic-enrol", "metal3"})
  void eachBrokerAsksAndUnderstandsAsWhenItWasRecorded(String name) throws Exception {
    try (var exchange = new Exchange(name)) {
      var file = new Brokers(Path.of("nowhere")).find(name).orElseThrow();
      var broker = new DeclaredBroker(file, exchange.config(), new Wire(), InstantSource.system());
      broker.test();
      var handover = exchange.handover();
      var receipt = broker.handOver(handover, Receipt.NONE);
      Proof proof;
      int tries = 0;
      do {
        proof = broker.prove(handover, receipt);
      } while (proof instanceof Proof.NotYet && ++tries < 20);
      assertThat(proof).isInstanceOf(Proof.InService.class);
      broker.takeBack(handover, receipt);
      assertThat(exchange.wrong()).isEmpty();
    }
  }
}
