package io.rackstead.tests.bmc;

import static org.assertj.core.api.Assertions.assertThat;

import io.rackstead.bmc.Bmc;
import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcDialer;
import io.rackstead.bmc.BmcTrace;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.BootTarget;
import io.rackstead.bmc.PowerAction;
import io.rackstead.bmc.PowerState;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.bmc.libvirt.LibvirtDialer;
import io.rackstead.bmc.libvirt.LibvirtKey;
import io.rackstead.tests.libvirt.PasswordHost;
import io.rackstead.tests.libvirt.PrivateLibvirtd;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.security.SecureRandom;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/// A virtual server keeps the contract: libvirtd with libvirt's own test driver, behind SSH.
class LibvirtBmcContractTest {
  private static final String UUID = "6695eb01-f6a4-8304-79aa-97f2502e193f";
  private static final Map<String, String> DEVICES =
      Map.of("PXE", "network", "DISK", "hd", "CD", "cdrom", "BIOS_SETUP", "hd");

  private static PrivateLibvirtd libvirtd;
  private static PasswordHost host;

  @BeforeAll
  static void start() throws IOException {
    libvirtd = PrivateLibvirtd.start(PrivateLibvirtd.TEST_DRIVER);
    host = new PasswordHost(libvirtd.path());
  }

  @AfterAll
  static void end() throws IOException {
    if (host != null) {
      host.close();
    }
    if (libvirtd != null) {
      libvirtd.close();
    }
  }

  @Nested
  class OverSsh extends BmcContract {
    private final LibvirtKey key = LibvirtKey.make(new SecureRandom());
    private final Libvirt libvirt = new Libvirt(BmcTrust.inMemory(), () -> key);
    private final LibvirtDialer dialer = new LibvirtDialer(libvirt, BmcTrace.NONE);
    // takes connections and says nothing
    private final ServerSocket silent = socket();
    private AutoCloseable connection = () -> {};

    private static ServerSocket socket() {
      try {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @BeforeEach
    void aServerThatIsOff() throws IOException {
      connection = libvirtd.connection();
      libvirtd.virsh("destroy", UUID);
    }

    @AfterEach
    void forgetTheServer() throws Exception {
      assertThat(libvirt.openSessions()).isZero();
      libvirt.close();
      silent.close();
      connection.close();
    }

    @Override
    protected BmcDialer dialer() {
      return dialer;
    }

    @Override
    protected BmcAddress address() {
      return new BmcAddress("qemu+ssh", "127.0.0.1", host.port(), UUID);
    }

    @Override
    protected BmcCredentials account() {
      return new BmcCredentials(PasswordHost.USER, PasswordHost.PASSWORD.toCharArray());
    }

    @Override
    protected BmcAddress nobody() {
      return new BmcAddress("qemu+ssh", "127.0.0.1", silent.getLocalPort(), UUID);
    }

    @Override
    protected String systemUuid() {
      return UUID;
    }

    @Override
    protected PowerState lamp() {
      return libvirtd.virsh("domstate", UUID).equals("running") ? PowerState.ON : PowerState.OFF;
    }

    @Override
    protected String bootTarget() {
      var xml = libvirtd.virsh("dumpxml", "--inactive", UUID);
      if (!xml.contains("rackstead:boot")) {
        assertThat(order(xml)).isEqualTo("hd");
        return "";
      }
      var device = kept(xml, "device");
      assertThat(order(xml)).isEqualTo(DEVICES.get(device));
      return device + " " + kept(xml, "mode") + " " + kept(xml, "how");
    }

    private static String order(String xml) {
      return first(xml, "<boot dev='(\\w+)'/>");
    }

    private static String kept(String xml, String attribute) {
      return first(xml, "rackstead:boot[^>]* " + attribute + "=[\"'](\\w+)[\"']");
    }

    private static String first(String xml, String pattern) {
      var matcher = Pattern.compile(pattern).matcher(xml);
      assertThat(matcher.find()).as(xml).isTrue();
      return matcher.group(1);
    }

    @Test
    void aTargetForOnceIsGoneAfterTheStartAndTheServersOwnOrderIsBack() {
      try (var bmc = dialer.dial(address(), account())) {
        bmc.bootFrom(
            new BootTarget(BootTarget.Device.PXE, BootTarget.Mode.BIOS), Bmc.Persistence.ONCE);
        bmc.power(PowerAction.ON);
        assertThat(libvirtd.virsh("dumpxml", UUID)).contains("<boot dev='network'/>");
        assertThat(bootTarget()).isEmpty();
        bmc.power(PowerAction.FORCE_RESTART);
        assertThat(libvirtd.virsh("dumpxml", UUID)).doesNotContain("<boot dev='network'/>");
      }
    }
  }
}
