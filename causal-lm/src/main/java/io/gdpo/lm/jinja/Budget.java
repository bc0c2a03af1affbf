package io.gdpo.lm.jinja;

/**
 * What one rendering may cost: a unit for each step, and for each character or element that is
 * made, so that neither time nor memory has no end.
 */
final class Budget {
  static final long UNITS = 50_000_000;

  /** Characters of a text, elements of a list. */
  static final int LARGEST = 8_000_000;

  private static final int DEEPEST = 100;

  private long left = UNITS;
  private int depth;

  void spend(long units) {
    left -= units;
    if (left < 0) {
      throw new TemplateException("it does more than a chat template may (it has no end?)");
    }
  }

  /** Before something so large is made. */
  void require(long size) {
    if (size > LARGEST) {
      throw new TemplateException("it makes a text or a list of more than " + LARGEST);
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
