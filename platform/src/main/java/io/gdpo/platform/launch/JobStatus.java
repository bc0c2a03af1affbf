package io.gdpo.platform.launch;

/** How a launched job fares. */
public sealed interface JobStatus {

  /** Its process runs. */
  record Running() implements JobStatus {}

  /**
   * Its process ended.
   *
   * @param code its exit code; 0 means success, more than 128 that a signal ended it
   */
  record Exited(int code) implements JobStatus {}

  /** This launcher knows of no such job: never launched, or before the service was restarted. */
  record Unknown() implements JobStatus {}
}
