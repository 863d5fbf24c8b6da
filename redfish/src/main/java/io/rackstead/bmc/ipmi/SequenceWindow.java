package io.rackstead.bmc.ipmi;

/// Which sequence numbers of the other side are still good (§6.12.13): each once, and no older than
/// 16 behind the newest. A leap ahead is taken however far: the packet has proven itself by its
/// code, and after a burst of losses a window of 15 ahead would lock the session for good.
final class SequenceWindow {
  private static final int BEHIND = 16;
  private int newest;

  /// bit n: number `newest - n` was seen; before the first packet only 0 counts as seen
  private int seen = 1;

  SequenceWindow(int newest) {
    this.newest = newest;
  }

  boolean accept(int sequence) {
    if (sequence == 0) {
      return false;
    }
    // a signed difference orders numbers across the wrap
    int ahead = sequence - newest;
    if (ahead > 0) {
      seen = ahead > BEHIND ? 1 : (seen << ahead) | 1;
      newest = sequence;
      return true;
    }
    int behind = -ahead;
    if (behind < 0 || behind > BEHIND || (seen & (1 << behind)) != 0) {
      return false;
    }
    seen |= 1 << behind;
    return true;
  }

  /// 0 means "outside a session", so it is stepped over when the numbers wrap.
  static int after(int sequence) {
    return sequence == -1 ? 1 : sequence + 1;
  }
}
