package io.rackstead.appliance;

import io.rackstead.http.HttpServer;
import io.rackstead.http.StatusApi.Service;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// REST and pages. Where their port cannot be had the rest runs, the reason is said once, and it is
/// tried again until the port is free.
final class WebService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(WebService.class);
  private static final int LOOK_AGAIN_SECONDS = 5;

  /// One attempt.
  @FunctionalInterface
  interface Start {
    HttpServer now() throws IOException;
  }

  private final Start start;
  private final CompletableFuture<HttpServer> server = new CompletableFuture<>();
  private final ScheduledExecutorService again =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().name("web-start").daemon(true).factory());
  private volatile String failure = "";

  WebService(Start start) {
    this.start = start;
    attempt();
  }

  private void attempt() {
    try {
      server.complete(start.now());
    } catch (IOException e) {
      var why = String.valueOf(e.getMessage());
      if (!why.equals(failure)) {
        LOG.error("api: {}", why);
      }
      failure = why;
      again.schedule(this::attempt, LOOK_AGAIN_SECONDS, TimeUnit.SECONDS);
    }
  }

  /// Done with the port as soon as it serves.
  CompletableFuture<Integer> serving() {
    return server.thenApply(HttpServer::port);
  }

  Service state() {
    return server.isDone()
        ? new Service("api", Service.State.SERVING, "port " + server.join().port() + "/tcp")
        : new Service("api", Service.State.FAILED, failure);
  }

  @Override
  public void close() {
    again.shutdownNow();
    if (server.isDone()) {
      server.join().close();
    }
  }
}
