package io.gdpo.platform.launch;

/** How a launched process fares. */
public sealed interface LaunchState {

  /** Whether it may still do something: it is not over, as far as can be told. */
  default boolean isAlive() {
    return this instanceof Pending || this instanceof Running || this instanceof Unknown;
  }

  /**
   * It waits for a place to run.
   *
   * @param reason what it waits for
   */
  record Pending(String reason) implements LaunchState {}

  /**
   * It runs.
   *
   * @param trouble what is the matter with its place, for people; null if nothing is
   */
  record Running(String trouble) implements LaunchState {
    public Running() {
      this(null);
    }
  }

  /**
   * It cannot be told now; nothing follows from that.
   *
   * @param reason why not
   */
  record Unknown(String reason) implements LaunchState {}

  /**
   * It ended.
   *
   * @param code its exit code; 0 means success, more than 128 that a signal ended it
   */
  record Ended(int code) implements LaunchState {}

  /**
   * It was ended, or could not begin, by a rule of the place where it was to run; another try may
   * end the same way.
   *
   * @param reason the rule's words
   */
  record Failed(String reason) implements LaunchState {}

  /**
   * Its place was taken away, by no fault of its own.
   *
   * @param reason who needed the place
   */
  record Evicted(String reason) implements LaunchState {}

  /** There is no such process: never launched, or its launcher's service was restarted since. */
  record Gone() implements LaunchState {}
}
