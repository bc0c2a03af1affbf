package io.gdpo.trainer.launch;

import io.gdpo.contracts.job.TrainingResult;

/** What can be seen of one attempt of a job. */
public sealed interface Observation {

  /** The process is alive. */
  record Running() implements Observation {}

  /** The process ended and left its result. */
  record Ended(TrainingResult result) implements Observation {}

  /**
   * The process ended by itself and left no result.
   *
   * @param reason exit code and the last lines of its log
   */
  record Died(String reason) implements Observation {}

  /**
   * There is no such process and no result, by no fault of the job's: the service that started it
   * ended, or ended before it could, or somebody asked the process to stop.
   */
  record Gone() implements Observation {}
}
