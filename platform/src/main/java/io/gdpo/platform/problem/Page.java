package io.gdpo.platform.problem;

/**
 * The part of a list that a request asks for.
 *
 * @param limit most rows, 1 to {@value #MOST}
 * @param offset rows to skip
 */
public record Page(int limit, int offset) {
  /** Rows of a page when the request does not say. */
  public static final String DEFAULT_LIMIT = "100";

  /** Most rows of a page. */
  public static final int MOST = 1000;

  /**
   * @throws ProblemException (400) if there is no such page
   */
  public Page {
    if (limit < 1 || limit > MOST) {
      throw ProblemException.badRequest("limit must be from 1 to " + MOST + ", is " + limit);
    }
    if (offset < 0) {
      throw ProblemException.badRequest("offset must be 0 or more, is " + offset);
    }
  }
}
