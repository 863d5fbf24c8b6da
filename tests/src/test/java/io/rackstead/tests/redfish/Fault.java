package io.rackstead.tests.redfish;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// What the service does in place of answering.
@FunctionalInterface
public interface Fault {
  /// @return whether the request has been dealt with
  boolean apply(Exchange exchange) throws IOException;

  /// Only for such requests.
  default Fault on(String method, String pathHolds) {
    return exchange ->
        exchange.method.equals(method) && exchange.path().contains(pathHolds) && apply(exchange);
  }

  /// The first so many times.
  default Fault times(int number) {
    var left = new AtomicInteger(number);
    return exchange -> left.getAndDecrement() > 0 && apply(exchange);
  }

  static Fault answer(int status, String body, String... headers) {
    return exchange -> {
      for (int i = 0; i + 1 < headers.length; i += 2) {
        exchange.set(headers[i], headers[i + 1]);
      }
      exchange.send(status, body.getBytes(StandardCharsets.UTF_8));
      return true;
    };
  }

  static Fault says(int status, String messageId, String message, String... headers) {
    return answer(status, Errors.body(messageId, message).toString(), headers);
  }

  /// Takes the request and says nothing, until the gate opens.
  static Fault hang(CountDownLatch gate) {
    return exchange -> {
      await(gate);
      exchange.cut();
      return true;
    };
  }

  /// Headers, half a body, and then nothing.
  static Fault hangInTheMiddle(CountDownLatch gate) {
    return exchange -> {
      half(exchange);
      await(gate);
      exchange.cut();
      return true;
    };
  }

  /// Headers, half a body, and a connection that is gone.
  static Fault cutInTheMiddle() {
    return exchange -> {
      half(exchange);
      exchange.cut();
      return true;
    };
  }

  private static void half(Exchange exchange) throws IOException {
    exchange.set("Content-Length", "1000");
    var out = exchange.begin(200);
    out.write("{\"@odata.id\": ".getBytes(StandardCharsets.UTF_8));
    out.flush();
  }

  /// A byte at a time, for ever.
  static Fault trickle(Duration between, CountDownLatch gate) {
    return exchange -> {
      var out = exchange.set("Connection", "close").begin(200);
      out.write('{');
      try {
        while (gate.getCount() > 0) {
          out.write(' ');
          out.flush();
          var _ = gate.await(between.toMillis(), TimeUnit.MILLISECONDS);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        exchange.cut();
      }
      return true;
    };
  }

  /// A body of that many bytes, all of them JSON.
  static Fault big(long bytes) {
    return exchange -> {
      var out = exchange.set("Connection", "close").begin(200);
      var chunk = new byte[1 << 16];
      Arrays.fill(chunk, (byte) ' ');
      for (long sent = 0; sent < bytes; sent += chunk.length) {
        out.write(chunk);
      }
      exchange.cut();
      return true;
    };
  }

  private static void await(CountDownLatch gate) {
    try {
      var _ = gate.await(60, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
