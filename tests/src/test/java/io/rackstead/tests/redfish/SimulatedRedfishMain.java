package io.rackstead.tests.redfish;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;

/// The simulated service by itself, for clients run by hand: `SimulatedRedfishMain 8000`.
final class SimulatedRedfishMain {
  private SimulatedRedfishMain() {}

  public static void main(String[] arguments) throws InterruptedException {
    int port = arguments.length > 0 ? Integer.parseInt(arguments[0]) : 0;
    try (var service = new SimulatedRedfish(Optional.empty(), port, SimulatedServer.usual())) {
      System.out.println("http://127.0.0.1:" + service.port() + " admin/secret");
      new CountDownLatch(1).await();
    }
  }
}
