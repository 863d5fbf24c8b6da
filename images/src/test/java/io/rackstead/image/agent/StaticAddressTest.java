package io.rackstead.image.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Where the kernel line names an address nobody is asked for one.
class StaticAddressTest {
  @TempDir Path folder = Path.of("");
  private AgentHost host;

  @BeforeEach
  void twoAdapters() throws Exception {
    assumeTrue(AgentHost.canRun(), "the agent's programs are not installed here");
    host = new AgentHost(folder);
    host.environment.put("RACKSTEAD_ETC", folder.resolve("etc").toString());
    host.write("etc/hosts", "");
    for (int n : List.of(1, 2)) {
      host.write("sys/class/net/eth" + n + "/address", "52:54:00:00:00:0" + n + "\n");
      host.write("sys/class/net/eth" + n + "/carrier", "1\n");
      host.write("sys/class/net/eth" + n + "/device/vendor", "");
    }
    for (var program : List.of("ip", "udhcpc", "modprobe")) {
      host.program(program, "echo \"" + program + " $*\" >>\"$HOST/called\"");
    }
    host.environment.put("RACKSTEAD_MODPROBE", "modprobe");
  }

  private String network(String kernelLine) throws Exception {
    host.write("proc/cmdline", kernelLine + "\n");
    var ran = host.run(List.of("sh", AgentHost.AGENT.resolve("network").toString()), 30);
    assertThat(ran.exit()).as(ran.output()).isZero();
    return host.read("called");
  }

  @Test
  void theAdapterOfTheKernelLineHasItsAddressItsWayOutAndItsNameServers() throws Exception {
    var called =
        network(
            "quiet BOOTIF=01-52-54-00-00-00-02 rackstead.address=10.0.9.21/24"
                + " rackstead.gateway=10.0.9.1 rackstead.dns=10.0.9.2,10.0.9.3");
    assertThat(called.lines())
        .containsExactly(
            "ip link set eth2 up",
            "ip addr add 10.0.9.21/24 dev eth2",
            "ip route replace default via 10.0.9.1 dev eth2");
    assertThat(host.read("etc/resolv.conf"))
        .isEqualTo("nameserver 10.0.9.2\nnameserver 10.0.9.3\n");
    assertThat(host.read("run/lease")).isEqualTo("eth2\n10.0.9.21\n10.0.9.1\n");
  }

  @Test
  void aVlanIsMadeOnTheAdapterAndHasTheAddress() throws Exception {
    var called =
        network("BOOTIF=01-52-54-00-00-00-01 rackstead.address=10.0.9.21/24 rackstead.vlan=12");
    assertThat(called)
        .contains(
            "modprobe -q 8021q\nip link add link eth1 name vlan12 type vlan id 12\nip link set vlan12 up\n"
                + "ip addr add 10.0.9.21/24 dev vlan12\n")
        .doesNotContain("udhcpc", "route");
    assertThat(host.read("run/lease")).isEqualTo("vlan12\n10.0.9.21\n\n");
  }

  @Test
  void withoutAnAddressDhcpIsAsked() throws Exception {
    host.program("udhcpc", "printf 'eth1\\n10.0.9.50\\n\\n' >\"$RACKSTEAD_RUN/lease\"");
    assertThat(network("BOOTIF=01-52-54-00-00-00-01")).doesNotContain("addr add");
    assertThat(host.read("run/lease")).startsWith("eth1\n10.0.9.50\n");
  }
}
