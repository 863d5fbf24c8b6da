package io.rackstead.tests.libvirt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.rackstead.bmc.BmcAddress;
import io.rackstead.bmc.BmcCredentials;
import io.rackstead.bmc.BmcException;
import io.rackstead.bmc.BmcTrust;
import io.rackstead.bmc.libvirt.Libvirt;
import io.rackstead.bmc.libvirt.LibvirtKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A host is known by its SSH key, and another one in its place is told nothing.
class HostKeyTest {
  @TempDir Path folder;

  @Test
  void aHostWithAnotherKeyThanBeforeIsToldNothing() throws Exception {
    var key = LibvirtKey.make(new SecureRandom());
    try (var host = new PasswordHost(virsh("echo 'CPU(s):  2'"));
        var libvirt = new Libvirt(BmcTrust.inMemory(), () -> key)) {
      var address = new BmcAddress("qemu+ssh", "127.0.0.1", host.port());
      var account = new BmcCredentials(PasswordHost.USER, PasswordHost.PASSWORD.toCharArray());
      libvirt.open(address, account).close();
      int asked = host.asked();
      host.newHostKey();
      assertThatThrownBy(() -> libvirt.open(address, account))
          .isInstanceOfSatisfying(
              BmcException.class, e -> assertThat(e.kind()).isEqualTo(BmcException.Kind.UNTRUSTED))
          .hasMessageContaining(address.toString())
          .hasMessageContaining("no credentials were sent");
      assertThat(host.asked()).as("passwords that it was told").isEqualTo(asked);
    }
  }

  @Test
  void anErrorNamesTheHostTheCommandAndWhatVirshSaid() throws Exception {
    var key = LibvirtKey.make(new SecureRandom());
    try (var host =
            new PasswordHost(
                virsh(
                    "echo \"error: failed to get domain '$5'\" >&2; echo 'error: Domain not found' >&2; exit 1"));
        var libvirt = new Libvirt(BmcTrust.inMemory(), () -> key)) {
      var address = new BmcAddress("qemu+ssh", "127.0.0.1", host.port());
      var account = new BmcCredentials(PasswordHost.USER, PasswordHost.PASSWORD.toCharArray());
      try (var hypervisor = libvirt.open(address, account)) {
        assertThatThrownBy(() -> hypervisor.state("web-1"))
            .isInstanceOf(BmcException.class)
            .hasMessage(
                address + ": virsh domstate web-1: failed to get domain 'web-1' Domain not found");
      }
    }
  }

  @Test
  void aHostThatSaysFarTooMuchIsCutOff() throws Exception {
    var key = LibvirtKey.make(new SecureRandom());
    try (var host = new PasswordHost(virsh("exec head -c 20000000 /dev/zero"));
        var libvirt = new Libvirt(BmcTrust.inMemory(), () -> key)) {
      var address = new BmcAddress("qemu+ssh", "127.0.0.1", host.port());
      var account = new BmcCredentials(PasswordHost.USER, PasswordHost.PASSWORD.toCharArray());
      try (var hypervisor = libvirt.open(address, account)) {
        assertThatThrownBy(hypervisor::servers)
            .isInstanceOf(BmcException.class)
            .hasMessageContaining("said more than");
      }
    }
  }

  private Path virsh(String body) throws Exception {
    var program = folder.resolve("virsh");
    Files.writeString(program, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    return folder;
  }

  @Test
  void theKeyComesOutOfTheVaultAsItWentIn() {
    var key = LibvirtKey.make(new SecureRandom());
    assertThat(LibvirtKey.parse(key.secret()).authorized()).isEqualTo(key.authorized());
    assertThat(key).hasToString(key.authorized()).asString().startsWith("ecdsa-sha2-nistp256 ");
  }
}
