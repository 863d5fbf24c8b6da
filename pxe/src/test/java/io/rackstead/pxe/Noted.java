package io.rackstead.pxe;

import java.util.List;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// A journal that a test reads. The services tell it after they have answered, so a reader waits.
public final class Noted implements BootJournal {
  public final LinkedBlockingQueue<Trace> traces = new LinkedBlockingQueue<>();
  public final LinkedBlockingQueue<BootEffect> effects = new LinkedBlockingQueue<>();

  @Override
  public void effects(List<BootEffect> told) {
    effects.addAll(told);
  }

  @Override
  public void trace(Trace trace) {
    traces.add(trace);
  }

  /// The next trace, or a failure when none comes in good time.
  public Trace next() throws InterruptedException {
    var trace = traces.poll(10, TimeUnit.SECONDS);
    if (trace == null) {
      throw new AssertionError("nothing was traced");
    }
    return trace;
  }
}
