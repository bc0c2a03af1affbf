package io.gdpo.local.watch;

import java.util.List;

/** Tells which lines of a growing log are new, from looks at its last lines. */
public final class FollowedLog {
  private List<String> last;

  /**
   * @param seen the last lines that were shown
   */
  public FollowedLog(List<String> seen) {
    this.last = List.copyOf(seen);
  }

  /**
   * The lines of a later look that come after the earlier one; all of them if the two do not
   * overlap.
   */
  public List<String> fresh(List<String> tail) {
    int known = overlap(tail);
    last = List.copyOf(tail);
    return tail.subList(known, tail.size());
  }

  /** The longest beginning of {@code tail} that is an end of the last look. */
  private int overlap(List<String> tail) {
    for (int length = Math.min(last.size(), tail.size()); length > 0; length--) {
      if (last.subList(last.size() - length, last.size()).equals(tail.subList(0, length))) {
        return length;
      }
    }
    return 0;
  }
}
