package io.rackstead.http;

import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/// Server-sent events (HTML Living Standard §9.2). A comment each 15 s tells a quiet stream from a
/// dead one, on both sides: once it cannot be sent the writer is interrupted.
final class Streams {
  private final Duration heartbeat;
  private final Set<Thread> writers = ConcurrentHashMap.newKeySet();
  private volatile boolean open = true;

  Streams(Duration heartbeat) {
    this.heartbeat = heartbeat;
  }

  void run(HttpServletResponse response, Reply.EventWriter writer) throws IOException {
    response.setStatus(200);
    response.setContentType("text/event-stream");
    response.setHeader("Cache-Control", "no-store");
    // nginx would otherwise hold events back
    response.setHeader("X-Accel-Buffering", "no");
    var sink = new Sink(response.getOutputStream());
    var me = Thread.currentThread();
    writers.add(me);
    var beat = Thread.ofVirtual().name("sse-heartbeat").start(() -> beat(sink, me));
    try {
      if (open) {
        writer.write(sink);
      }
    } catch (IOException | InterruptedException _) {
      // the client is gone, or we are stopping: both end the stream and are no news
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException("event stream failed: " + e.getMessage(), e);
    } finally {
      writers.remove(me);
      beat.interrupt();
      Thread.interrupted();
    }
  }

  private void beat(Sink sink, Thread writer) {
    try {
      while (true) {
        Thread.sleep(heartbeat);
        sink.comment("");
      }
    } catch (InterruptedException _) {
      // the stream has ended
    } catch (IOException _) {
      writer.interrupt();
    }
  }

  void close() {
    open = false;
    writers.forEach(Thread::interrupt);
  }

  private static final class Sink implements Reply.EventSink {
    private final OutputStream out;
    private final ReentrantLock lock = new ReentrantLock();

    Sink(OutputStream out) {
      this.out = out;
    }

    @Override
    public void event(String name, String data) throws IOException {
      var text = new StringBuilder("event: ").append(name).append('\n');
      data.lines().forEach(line -> text.append("data: ").append(line).append('\n'));
      send(text.append('\n').toString());
    }

    @Override
    public void comment(String text) throws IOException {
      send(": " + text.replace('\n', ' ') + "\n\n");
    }

    private void send(String text) throws IOException {
      lock.lock();
      try {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
      } finally {
        lock.unlock();
      }
    }
  }
}
