package io.rackstead.image.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The agent's conversation: hello, work, results, and how it ends.
class AgentLoopTest {
  @TempDir Path folder = Path.of("");
  private AgentHost host;
  private AgentServer server;

  @BeforeEach
  void anAgentWithAnAddress() throws Exception {
    assumeTrue(AgentHost.canRun(), "the agent's programs are not installed here");
    host = new AgentHost(folder);
    server = new AgentServer();
    host.write("run/lease", "eth0\n10.77.0.9\n10.77.0.1\n");
    host.write("sys/class/net/eth0/address", "52:54:00:77:00:01\n");
    host.write("sys/class/net/eth0/device/vendor", "0x1af4\n");
    host.write("sys/class/dmi/id/product_serial", "SN \"1\"\\\u001b[31m\u00e9\n");
    host.write(
        "proc/cmdline",
        "quiet rackstead.server=%s rackstead.cap=00ff * console=tty0\n".formatted(server.url()));
    host.environment.put("RACKSTEAD_REFUSED_PAUSE", "0");
    host.environment.put("RACKSTEAD_HEARTBEAT", "1");
    // switching off is the end of the agent
    host.program("poweroff", "echo poweroff >>\"$HOST/called\"; kill -KILL $PPID");
    host.program("reboot", "echo reboot >>\"$HOST/called\"; kill -KILL $PPID");
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void saysWhoItIsAndCleansWhatTheFirmwareSays() throws Exception {
    agent();
    var hello = requireNonNull(server.hellos.poll());
    assertThat(hello.get("capability").asText()).isEqualTo("00ff");
    assertThat(hello.get("macs").get(0).asText()).isEqualTo("52:54:00:77:00:01");
    assertThat(hello.get("serial").asText()).isEqualTo("SN \"1\"\\[31m\u00e9");
    assertThat(hello.get("boot_mode").asText()).isEqualTo("bios");
    assertThat(host.read("console"))
        .contains("I am machine abc123 (brave-otter), MAC 52:54:00:77:00:01 on eth0")
        .contains("this boot's session is over");
    assertThat(host.read("called")).contains("poweroff");
  }

  @Test
  void restartsForANewCapabilityWhenItsOwnIsRefused() throws Exception {
    server.helloStatus = 403;
    agent();
    assertThat(host.read("console")).contains("does not know this boot: HTTP 403 used");
    assertThat(host.read("called")).contains("reboot");
  }

  @Test
  void carriesOutOneStepAfterTheOther() throws Exception {
    server.steps =
        List.of(
            step(1, Map.of("kind", "wait", "seconds", 0)),
            step(2, Map.of("kind", "partition-the-moon")),
            step(3, Map.of("kind", "../../../bin/sh")),
            step(4, Map.of("kind", "poweroff")));
    agent();
    assertThat(status(result())).isEqualTo("1 ok 0");
    assertThat(result().get("output").asText()).contains("cannot do 'partition-the-moon'");
    assertThat(status(result())).isEqualTo("3 failed 1");
    assertThat(status(result())).isEqualTo("4 ok 0");
    assertThat(host.read("called")).contains("poweroff");
    assertThat(server.tokenMissing).isFalse();
  }

  @Test
  void restartsOnlyAfterTheResultIsAcknowledged() throws Exception {
    server.resultFailuresFirst = 2;
    server.steps = List.of(step(1, Map.of("kind", "reboot")));
    agent();
    assertThat(status(result())).isEqualTo("1 ok 0");
    assertThat(host.read("console"))
        .contains("POST " + server.url() + "/agent/result fails: HTTP 503 not now")
        .contains("] reboot");
    assertThat(host.read("called")).contains("reboot");
  }

  @Test
  void givesAScriptItsArgumentsAndVariablesAsTheyAre() throws Exception {
    var script = "#!/bin/sh\nprintf '<%s>' \"$@\" \"$LINES_\"; exit 7\n";
    var step = script(1, script, 30);
    step.put("args", List.of("a b", "$(touch pwned)", "'; reboot", "*", "-n", ""));
    step.put("env", Map.of("LINES_", "one\ntwo \"three\" $HOME"));
    server.steps = List.of(step);
    agent();
    var result = result();
    assertThat(status(result)).isEqualTo("1 failed 7");
    assertThat(result.get("output").asText())
        .isEqualTo("<a b><$(touch pwned)><'; reboot><*><-n><><one\ntwo \"three\" $HOME>");
  }

  @Test
  void refusesAVariableWithAStrangeName() throws Exception {
    var step = script(1, "#!/bin/sh\n", 30);
    step.put("env", Map.of("A B=c", "x"));
    server.steps = List.of(step);
    agent();
    assertThat(result().get("output").asText()).contains("no name for a variable");
  }

  @Test
  void runsNoScriptThatIsNotTheAnnouncedOne() throws Exception {
    var step = script(1, "#!/bin/sh\necho ran\n", 30);
    step.put("sha256", "00");
    server.steps = List.of(step);
    agent();
    var output = result().get("output").asText();
    assertThat(output).contains("where 00 was announced").doesNotContain("ran\n");
  }

  @Test
  void keepsTheEndOfALongOutputAsCleanText() throws Exception {
    var script =
        "#!/bin/sh\necho begin\nhead -c 200000 /dev/zero | tr '\\000' x\n"
            + "printf '\\033[31m\\377\\000tab\\there\\n\\342\\202\\254\\nend\\n'\n";
    server.steps = List.of(script(1, script, 30));
    agent();
    var output = result().get("output").asText();
    assertThat(output.getBytes(UTF_8).length).isBetween(60_000, 65_536);
    assertThat(output).endsWith("x[31m\ufffdtab\there\n\u20ac\nend\n").doesNotContain("begin");
  }

  @Test
  void endsAStepAtItsLimitWithAllItStarted() throws Exception {
    var script = "#!/bin/sh\necho started\nsleep 300 &\nsleep 300\n";
    server.steps = List.of(script(1, script, 1));
    agent();
    var result = result();
    assertThat(result.get("status").asText()).isEqualTo("timeout");
    assertThat(result.get("output").asText()).startsWith("started\n").contains("limit of 1 s");
  }

  @Test
  void stopsWhatRunsAndPowersOffWhenTheSessionIsOver() throws Exception {
    server.progressStatus = 410;
    server.steps = List.of(script(1, "#!/bin/sh\nsleep 300\n", 200));
    agent();
    assertThat(server.results).isEmpty();
    assertThat(host.read("console")).contains("ended this boot's session: HTTP 410 aborted");
    assertThat(host.read("called")).contains("poweroff");
  }

  @Test
  void saysWhichUrlFailsAndWhy() throws Exception {
    server.close();
    host.environment.put("RACKSTEAD_CONSOLES", folder.resolve("console").toString());
    var ran = host.run(List.of("timeout", "-k", "1", "3", "sh", agentFile()), 20);
    assertThat(ran.exit()).isEqualTo(124);
    assertThat(host.read("console"))
        .contains("POST " + server.url() + "/agent/hello fails: curl: (7)");
  }

  private void agent() throws Exception {
    host.run(List.of("setsid", "-w", "sh", agentFile()), 60);
  }

  private static String agentFile() {
    return AgentHost.AGENT.resolve("agent").toString();
  }

  private JsonNode result() throws Exception {
    return requireNonNull(server.results.poll(1, TimeUnit.SECONDS), "the agent gave no result");
  }

  private static String status(JsonNode result) {
    return result.get("seq") + " " + result.get("status").asText() + " " + result.get("exit");
  }

  private static Map<String, Object> step(int seq, Map<String, Object> fields) {
    var step = new TreeMap<String, Object>(fields);
    step.put("seq", seq);
    step.put("name", "step " + seq);
    step.putIfAbsent("timeout_s", 30);
    return step;
  }

  private Map<String, Object> script(int seq, String text, int limit) throws Exception {
    var path = "/agent/files/" + seq;
    server.files.put(path, text.getBytes(UTF_8));
    var sum = MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8));
    var hex = HexFormat.of().formatHex(sum);
    return step(seq, Map.of("kind", "script", "url", path, "sha256", hex, "timeout_s", limit));
  }
}
