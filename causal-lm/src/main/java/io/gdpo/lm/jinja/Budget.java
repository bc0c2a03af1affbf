package io.gdpo.lm.jinja;

import java.util.List;
import java.util.Map;

/**
 * What one rendering may cost: a unit for each step, and for each character or element that it
 * reads or makes, so that neither time nor memory has no end. What single steps do is bounded by
 * how large a text or a list can be; the clock ends what is slow even so.
 */
final class Budget {
  /** Characters of a text. */
  static final int LONGEST = 2_000_000;

  /** Elements of a list. */
  static final int MOST = 100_000;

  private static final long UNITS = 20_000_000;
  private static final long NANOSECONDS = 10_000_000_000L;
  private static final int DEEPEST = 100;

  private final long begun = System.nanoTime();
  private long left = UNITS;
  private int depth;

  void spend(long units) {
    left -= units;
    if (left < 0 || (left & 255) == 0 && System.nanoTime() - begun > NANOSECONDS) {
      throw new TemplateException("it does more than a chat template may (it has no end?)");
    }
  }

  /** What it takes to look through a value. */
  void spendOn(Object value) {
    spend(
        value instanceof String text
            ? 1L + text.length()
            : value instanceof List<?> list
                ? 1L + list.size()
                : value instanceof Map<?, ?> map ? 1L + map.size() : 1);
  }

  /** Before a text so long is made. */
  void requireText(long length) {
    if (length > LONGEST) {
      throw tooLong();
    }
    spend(length);
  }

  static TemplateException tooLong() {
    return new TemplateException("it makes a text of more than " + LONGEST + " characters");
  }

  /** Before a list of so many elements is made. */
  void requireList(long size) {
    if (size > MOST) {
      throw new TemplateException("it makes a list of more than " + MOST + " elements");
    }
    spend(size);
  }

  void enter() {
    if (++depth > DEEPEST) {
      throw new TemplateException("its macros call each other more than " + DEEPEST + " deep");
    }
  }

  void leave() {
    depth--;
  }
}
