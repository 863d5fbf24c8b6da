package io.rackstead.tests.redfish;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// A Redfish BMC for one virtual server of the lab, to run in the namespace of its machines:
/// `QemuRedfishMain ADDRESS PORT VM.SH FOLDER NAME UUID SERIAL MAC`, admin/secret.
final class QemuRedfishMain {
  private QemuRedfishMain() {}

  public static void main(String[] words) throws Exception {
    var server =
        new QemuServer(
            Path.of(words[2]), Path.of(words[3]), words[4], words[5], words[6], words[7]);
    var at = new InetSocketAddress(InetAddress.ofLiteral(words[0]), Integer.parseInt(words[1]));
    try (var service = new SimulatedRedfish(Optional.empty(), at, server)) {
      System.out.println("serving " + words[0] + ":" + service.port());
      System.out.flush();
      new CountDownLatch(1).await();
    }
  }
}
