package io.rackstead.broker.declared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.broker.declared.Rehearsal.Asked;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Brokers against exchanges with their layers above, as they were recorded (or written down after
/// the published API: a file's `source` says which).
class ExchangeTest {
  private static final String BROKER =
      """
      name: cmdb
      description: an operator's own
      config:
        url: {required: true}
        token: {secret: true, required: true}
      auth: {kind: bearer, secret: "{{config.token}}"}
      patience: {request_s: 5, proof_s: 60, take_back_s: 60}
      hand_over:
        - name: register
          method: POST
          url: "{{config.url}}/servers"
          body: {name: "{{machine.hostname}}", request: "{{handover.id}}"}
          status: 201
          extract: {number: /id}
      proof:
        - name: look
          method: GET
          url: "{{config.url}}/servers/{{kept.number}}"
          expect: {/state: active}
      take_back:
        - name: remove
          method: DELETE
          url: "{{config.url}}/servers/{{kept.number}}"
          status: 204
          gone: [404]
      """;
  private static final String EXCHANGE =
      """
      {"source": "recorded", "config": {"url": "https://cmdb.example", "token": "t0ken"},
       "handover": {"id": "ho-1", "machine": {"hostname": "m0"}},
       "exchange": [
         {"method": "POST", "path": "/servers", "headers": {"Authorization": "Bearer t0ken"},
          "body": {"name": "m0", "request": "<any>"}, "status": 201, "answer": {"id": 7}},
         {"method": "GET", "path": "/servers/7", "status": 200, "answer": {"state": "pending"}},
         {"method": "GET", "path": "/servers/7", "status": 200, "answer": {"state": "active"}},
         {"method": "DELETE", "path": "/servers/7", "status": 204}]}
      """;

  @TempDir Path folder;

  private static Rehearsal.Report tried(String broker, String exchange) {
    return Rehearsal.of(BrokerFile.parse(broker), exchange);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ironic", "ironic-enrol", "metal3", "webhook"})
  void eachBrokerOfOursAsksAndUnderstandsAsWhenItWasRecorded(String name) {
    var brokers = new Brokers(Path.of("nowhere"));
    var report =
        Rehearsal.of(brokers.find(name).orElseThrow(), brokers.exchange(name).orElseThrow());
    assertThat(report.failed()).isEmpty();
    assertThat(report.asked())
        .isNotEmpty()
        .allSatisfy(one -> assertThat(one.differs()).as(one.request()).isEmpty());
    assertThat(report.unasked()).isEmpty();
  }

  @Test
  void anOperatorsOwnIsTriedAsItLiesInItsFolder() throws Exception {
    var own = Files.createDirectory(folder.resolve("cmdb"));
    Files.writeString(own.resolve("broker.yaml"), BROKER);
    var brokers = new Brokers(folder);
    assertThat(brokers.exchange("cmdb")).isEmpty();
    Files.writeString(own.resolve("exchange.json"), EXCHANGE);
    var report =
        Rehearsal.of(brokers.find("cmdb").orElseThrow(), brokers.exchange("cmdb").orElseThrow());
    assertThat(report.ok()).as(report.toString()).isTrue();
    assertThat(report.asked().stream().map(Asked::part))
        .containsExactly("hand_over", "proof", "proof", "take_back");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "name": "m0"          | "name": "m1"            | body.name is "m0", recorded is "m1"
          Bearer t0ken          | Bearer other            | header Authorization is Bearer t0ken, recorded is Bearer other
          "path": "/servers/7"  | "path": "/servers/8"    | recorded is GET /servers/8
          "name": "m0",         | "model": "x",           | body.model is missing
          "state": "active"     | "state": "broken"       | nothing more was recorded
          """)
  void whatDiffersIsSaidWithItsPlace(String from, String to, String said) {
    assertThat(EXCHANGE).contains(from);
    var report = tried(BROKER, EXCHANGE.replace(from, to));
    assertThat(report.ok()).isFalse();
    assertThat(report.asked().stream().map(Asked::differs)).anyMatch(one -> one.contains(said));
  }

  @Test
  void whatWasRecordedAndNotAskedIsSaid() {
    var shorter = BROKER.substring(0, BROKER.indexOf("take_back:"));
    var report = tried(shorter, EXCHANGE);
    assertThat(report.unasked()).isEqualTo(List.of("DELETE /servers/7"));
    assertThat(report.ok()).isFalse();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {                                                        | the exchange cannot be read
          {}                                                       | a list of 1 to 500 requests
          {"exchange":[{"path":"x","status":200}]}                 | request 1: it wants a method
          {"exchange":[{"path":"/","status":200}]}                 | handover is the machine
          {"at":"noon","exchange":[{"path":"/","status":200}],"handover":{}} | the exchange cannot be read
          {"exchange":[{"path":"/","status":200}],"handover":{"id":"x","machine":{},"wehn":1}} | the exchange cannot be read
          """)
  void anExchangeThatIsWrongIsRefusedInWords(String exchange, String words) {
    assertThatThrownBy(() -> tried(BROKER, exchange))
        .isInstanceOf(BadBroker.class)
        .hasMessageContaining(words);
  }

  @Test
  void aBrokerWithAProtocolOfItsOwnIsNotRehearsed() {
    var libvirt = new Brokers(folder).find("libvirt").orElseThrow();
    assertThatThrownBy(() -> Rehearsal.of(libvirt, EXCHANGE)).hasMessageContaining("libvirt");
  }
}
