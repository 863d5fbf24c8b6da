package io.rackstead.broker.declared;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.rackstead.broker.Handover;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BrokerFileTest {
  private static final String GOOD =
      """
      name: shelf
      config:
        url: {required: true}
        token: {secret: true, required: true}
      auth: {kind: bearer, secret: "{{config.token}}"}
      find:
        - url: "{{config.url}}/hosts/{{machine.hostname}}"
          expect: {/ref: "{{handover.id}}"}
          extract: {host: /id}
      hand_over:
        - method: POST
          url: "{{config.url}}/hosts"
          body: {name: "{{machine.hostname}}", tags: "{{machine.tags}}", note: "for {{config.token}}"}
          extract: {host: /id}
      proof:
        - url: "{{config.url}}/hosts/{{kept.host}}"
          expect: {/state: up, /name: "{{machine.hostname}}"}
      take_back:
        - method: DELETE
          url: "{{config.url}}/hosts/{{kept.host}}"
          gone: [404]
      """;

  private static void refused(String text, String words) {
    assertThatThrownBy(() -> BrokerFile.parse(text))
        .isInstanceOf(BadBroker.class)
        .hasMessageContaining(words);
  }

  @Test
  void whatIsRightIsRead() {
    var file = BrokerFile.parse(GOOD);
    assertThat(file.name()).isEqualTo("shelf");
    assertThat(file.keys()).containsOnlyKeys("url", "token");
    assertThat(file.handOver().getFirst().extract()).containsEntry("host", "/id");
    assertThat(file.concurrency()).isEqualTo(8);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"ironic", "ironic-enrol", "kubernetes", "libvirt", "metal3", "noop", "webhook"})
  void whatWeBringIsRight(String name) {
    assertThat(new Brokers(Path.of("nowhere")).find(name).orElseThrow().name()).isEqualTo(name);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          hand_over: | hand-over: | has a key 'hand-over'
          required: true | requird: true | has a key 'requird'
          method: POST | method: TRACE | method is one of
          {{kept.host}} | {{kept.hots}} | asks for {{kept.hots}}
          {{config.url}}/hosts/{{m | {{config.ulr}}/hosts/{{m | asks for {{config.ulr}}
          {{machine.tags}} | {{machine.tags | cannot read
          {{machine.tags}} | {{secrets.all}} | asks for {{secrets.all}}
          kind: bearer | kind: trust | auth.kind is
          gone: [404] | gone: [4040] | a status is a number
          name: shelf | name: ../shelf | name has lower-case
          /state: up | state: up | /json/pointer
          extract: {host: /id} | extract: {other: /id} | both have to bring the same
          name: shelf | name: shelf\\nengine: magic | engine is kubernetes
          find: | engine: kubernetes\\nfind: | the engine does what find would
          method: POST | when: {"{{kept.nothing}}": x} | asks for {{kept.nothing}}
          method: POST | {method: POST, each: macs} | no YAML that is read here
          gone: [404] | wait_s: 5 | wait_s is for a GET
          gone: [404] | each: config.url | each names a list of the machine
          hand_over: | generate: {t: {token: 6}}\\nhand_over: | there is no node part
          hand_over: | generate: {t: {token: 6, in_s: 60}}\\nhand_over: | says token
          hand_over: | node: {files: [{path: etc/x, content: x}]}\\nhand_over: | path is absolute
          hand_over: | node: {files: [{path: /etc/../x, content: x}]}\\nhand_over: | path is absolute
          hand_over: | node: {files: [{path: /x, mode: '4755', content: x}]}\\nhand_over: | mode is octal
          hand_over: | node: {files: [{path: /x, content: 'a {{machine.tags}}'}]}\\nhand_over: | write the content as a tree
          hand_over: | node: {commands: [[]]}\\nhand_over: | begins with the program
          hand_over: | node: {commands: ['rm -rf /']}\\nhand_over: | is a list
          hand_over: | node: {commands: [['{{machine.hostname}}']]}\\nhand_over: | begins with the program
          hand_over: | node: {commands: [[echo, '{{kept.host}}']]}\\nhand_over: | asks for {{kept.host}}
          """)
  void whatIsWrongIsNamed(String right, String wrong, String words) {
    assertThat(GOOD).contains(right);
    refused(
        GOOD.replaceFirst(
            java.util.regex.Pattern.quote(right),
            java.util.regex.Matcher.quoteReplacement(wrong.replace("\\n", "\n"))),
        words);
  }

  @Test
  void nothingIsItsOwnPartAndNothingGrowsWhenItIsRead() {
    refused("name: &a [*a]\n", "");
    refused("a: &a {b: *a}\n", "");
    var bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 12; i++) {
      bomb.append("a%d: &a%d [%s]\n".formatted(i, i, ("*a" + (i - 1) + ", ").repeat(9)));
    }
    refused(bomb.toString(), "no YAML that is read here");
    refused("name: x\nname: y\n", "no YAML that is read here");
    refused("[".repeat(5000), "");
    refused("a: " + "{a: ".repeat(100) + "1" + "}".repeat(100), "");
    refused("", "broker.yaml is a mapping");
    refused("x".repeat(300_000), "more than 256 KiB");
  }

  @Test
  void aFileOfAHundredMegabytesIsNotRead(@TempDir Path folder) throws IOException {
    var file = Files.createDirectories(folder.resolve("big")).resolve("broker.yaml");
    try (var out = new RandomAccessFile(file.toFile(), "rw")) {
      out.setLength(100 << 20);
    }
    assertThatThrownBy(() -> new Brokers(folder).find("big"))
        .hasMessageContaining("more than 256 KiB");
  }

  @Test
  void anOperatorsOwnLiesInTheFolderUnderItsName(@TempDir Path folder) throws IOException {
    Files.writeString(
        Files.createDirectories(folder.resolve("shelf")).resolve("broker.yaml"), GOOD);
    Files.writeString(
        Files.createDirectories(folder.resolve("other")).resolve("broker.yaml"), GOOD);
    var brokers = new Brokers(folder);
    assertThat(brokers.names()).contains("noop", "other", "shelf", "webhook");
    assertThat(brokers.find("shelf")).isPresent();
    assertThat(brokers.find("../shelf")).isEmpty();
    assertThatThrownBy(() -> brokers.find("other")).hasMessageContaining("says name: shelf");
  }

  private static DeclaredBroker broker(Map<String, String> given) {
    return new DeclaredBroker(BrokerFile.parse(GOOD), given, new Wire(), InstantSource.system());
  }

  private static ObjectNode machine(String hostname) {
    var machine = JsonNodeFactory.instance.objectNode().put("hostname", hostname);
    machine.putArray("tags").add("a\"b").add("{{config.token}}");
    return machine;
  }

  @Test
  void aPreviewShowsTheRequestsAndNoSecret() {
    var broker = broker(Map.of("url", "https://shelf.example", "token", "s3cr3t-token"));
    var sketches = broker.preview(new Handover("ho-1", machine("m1"))).requests();
    assertThat(sketches)
        .extracting(DeclaredBroker.Sketch::url)
        .containsExactly(
            "https://shelf.example/hosts",
            "https://shelf.example/hosts/%28host%29",
            "https://shelf.example/hosts/%28host%29");
    assertThat(sketches.toString()).doesNotContain("s3cr3t-token");
    // and the broker itself still has it
    assertThat(broker.preview(new Handover("ho-1", machine("m1"))).requests()).isEqualTo(sketches);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "../../admin",
        "a?x=1#y",
        "a\r\nX-Evil: 1",
        "\"},{\"x\":\"",
        "{{config.token}}",
        "a b",
        "$(reboot)`reboot`"
      })
  void aValueIsOnePartOfWhereItGoesWhateverStandsInIt(String hostile) {
    var values = JsonNodeFactory.instance.objectNode();
    values.putObject("machine").put("hostname", hostile);
    values.putObject("config").put("url", "http://x/api").put("token", "s3cr3t");
    var url = Template.url("{{config.url}}/h/{{machine.hostname}}", values);
    assertThat(url).startsWith("http://x/api/h/").doesNotContain("\n", "?", "#", "s3cr3t");
    assertThat(url.substring("http://x/api/h/".length())).doesNotContain("/");
    assertThat(Template.header("v {{machine.hostname}}", values))
        .doesNotContain("\n", "\r", "s3cr3t");
    var body =
        Template.tree(
            JsonNodeFactory.instance.objectNode().put("n", "x {{machine.hostname}}"), values);
    assertThat(body.path("n").asText()).isEqualTo("x " + hostile);
    assertThat(body.size()).isEqualTo(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ".", ".."})
  void whatWouldMeanAnotherAddressIsNoPartOfOne(String hostile) {
    var values = JsonNodeFactory.instance.objectNode();
    values.putObject("machine").put("hostname", hostile);
    assertThatThrownBy(() -> Template.url("http://x/hosts/{{machine.hostname}}", values))
        .isInstanceOf(BadBroker.class)
        .hasMessageContaining("no part of a URL");
  }

  @ParameterizedTest
  @ValueSource(strings = {"s3cr3t-tök€n", "s3cr3t-\nX-Evil: 1", "s3cr3t-\u0000"})
  void aSecretThatNoHeaderCanCarryIsNotToldInTheError(String secret) {
    var file =
        """
        name: shelf
        config: {token: {secret: true}}
        headers: {X-Auth-Token: "{{config.token}}"}
        test: [{url: "http://127.0.0.1:1/"}]
        """;
    for (var auth : List.of("", "auth: {kind: bearer, secret: '{{config.token}}'}\n")) {
      var broker =
          new DeclaredBroker(
              BrokerFile.parse(file + auth),
              Map.of("token", secret),
              new Wire(),
              InstantSource.system());
      assertThatThrownBy(broker::test)
          .isInstanceOf(io.rackstead.broker.BrokerException.class)
          .satisfies(e -> assertThat(e.toString()).doesNotContain("s3cr3t"));
    }
  }

  @Test
  void aTargetWithoutAValueThatIsWantedIsRefused() {
    assertThatThrownBy(() -> broker(Map.of("url", "http://x"))).hasMessageContaining("'token'");
    assertThatThrownBy(() -> broker(Map.of("url", "http://x", "token", "t", "tokn", "x")))
        .hasMessageContaining("has no 'tokn'");
    assertThat(List.of(broker(Map.of("url", "http://x", "token", "t")))).hasSize(1);
  }
}
