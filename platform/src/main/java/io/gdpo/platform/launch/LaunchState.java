package io.gdpo.platform.launch;

/** How a launched process fares. */
public sealed interface LaunchState {

  /**
   * It waits for a place to run.
   *
   * @param reason what it waits for
   */
  record Pending(String reason) implements LaunchState {}

  /** It runs. */
  record Running() implements LaunchState {}

  /**
   * It ended.
   *
   * @param code its exit code; 0 means success, more than 128 that a signal ended it
   */
  record Ended(int code) implements LaunchState {}

  /**
   * Its place was taken away, by no fault of its own.
   *
   * @param reason who needed the place
   */
  record Evicted(String reason) implements LaunchState {}

  /** There is no such process: never launched, or its launcher's service was restarted since. */
  record Gone() implements LaunchState {}
}
