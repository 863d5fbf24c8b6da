package io.rackstead.tests.redfish;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

/// What the service does in place of answering.
@FunctionalInterface
public interface Fault {
  /// @return whether the request has been dealt with
  boolean apply(HttpExchange exchange) throws IOException;

  /// Only for such requests.
  default Fault on(String method, String pathHolds) {
    return exchange ->
        exchange.getRequestMethod().equals(method)
            && exchange.getRequestURI().getPath().contains(pathHolds)
            && apply(exchange);
  }

  /// The first so many times.
  default Fault times(int number) {
    var left = new AtomicInteger(number);
    return exchange -> left.get() > 0 && apply(exchange) && left.decrementAndGet() >= 0;
  }

  default Fault where(Predicate<HttpExchange> such) {
    return exchange -> such.test(exchange) && apply(exchange);
  }

  static Fault answer(int status, String body, String... headers) {
    return exchange -> {
      for (int i = 0; i + 1 < headers.length; i += 2) {
        exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
      }
      var bytes = body.getBytes(StandardCharsets.UTF_8);
      exchange.getRequestBody().readAllBytes();
      exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
      try (var out = exchange.getResponseBody()) {
        out.write(bytes);
      }
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
      exchange.close();
      return true;
    };
  }

  /// Headers, half a body, and then nothing.
  static Fault hangInTheMiddle(CountDownLatch gate) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 1000);
      exchange.getResponseBody().write("{\"@odata.id\": ".getBytes(StandardCharsets.UTF_8));
      exchange.getResponseBody().flush();
      await(gate);
      exchange.close();
      return true;
    };
  }

  /// A byte at a time, for ever.
  static Fault trickle(Duration between, CountDownLatch gate) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      var out = exchange.getResponseBody();
      try {
        out.write('{');
        while (gate.getCount() > 0) {
          out.write(' ');
          out.flush();
          var _ = gate.await(between.toMillis(), TimeUnit.MILLISECONDS);
        }
      } catch (IOException e) {
        return true; // the client has had enough
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      return true;
    };
  }

  /// A body of that many bytes, all of them JSON.
  static Fault big(long bytes) {
    return exchange -> {
      exchange.sendResponseHeaders(200, 0);
      var chunk = new byte[1 << 16];
      Arrays.fill(chunk, (byte) ' ');
      try (var out = exchange.getResponseBody()) {
        for (long sent = 0; sent < bytes; sent += chunk.length) {
          out.write(chunk);
        }
      } catch (IOException e) {
        return true; // the client has had enough
      }
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
