package io.gdpo.group;

/**
 * How large a source and its parts may be: far above what surveys and preference data are, low
 * enough that no file keeps this service from the next one. What is larger is refused by its place.
 */
public final class Bounds {
  /** Examples of a dataset, all splits together. */
  public static final int EXAMPLES = 1_000_000;

  /** Characters of one example in a file. */
  public static final int EXAMPLE = 1_000_000;

  /** Characters of a prompt, a context or a response. */
  public static final int TEXT = 100_000;

  /** Characters of an option, a style or an id. */
  public static final int NAME = 2_000;

  /** Answer options of one question. */
  public static final int OPTIONS = 200;

  /** How deep lists and objects may lie in each other. */
  public static final int NESTING = 20;

  /** Rows of a survey. */
  public static final int ROWS = 100_000;

  /** Characters of a survey's question. */
  public static final int QUESTION = 3_000;

  /** Characters of a survey's row. */
  public static final int SURVEY_ROW = 5_000_000;

  /** Questions that the card of ready examples lists. */
  public static final int LISTED_QUESTIONS = 1_000;

  /** Rows that the card lists of those that were refused, merged or mended; it counts all. */
  public static final int LISTED_ROWS = 1_000;

  private Bounds() {}
}
