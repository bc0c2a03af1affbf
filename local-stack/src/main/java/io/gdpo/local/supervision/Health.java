package io.gdpo.local.supervision;

/**
 * How a part of the stack fares, as its supervisor sees it.
 *
 * @param words the same for a person, with what is done about it
 * @param restarts how often it ended, or did not answer, and was started again
 */
public record Health(State state, String words, int restarts) {

  /** What a supervisor knows of a part. */
  public enum State {
    /** Runs and has not answered since it was started. */
    STARTING,
    /** Runs and answers. */
    ANSWERS,
    /** Runs and does not answer. */
    SILENT,
    /** Does not run. */
    ENDED
  }

  public static Health starting(int restarts) {
    return new Health(State.STARTING, "is starting", restarts);
  }
}
