package io.gdpo.contracts.event;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.gdpo.contracts.topic.Topics;

/** A fact or a command that travels over Kafka as the JSON data of a binary-mode CloudEvent. */
public sealed interface Event {

  /** The Kafka record key: one experiment's, dataset's, job's or checkpoint's events keep order. */
  @JsonIgnore
  String key();

  /** What asks for something to be done; all else tells that something was. */
  non-sealed interface Command extends Event {}

  /** What travels on {@link Topics#EXPERIMENTS}, keyed by experiment name. */
  sealed interface OfExperiment extends Event
      permits ExperimentSubmitted,
          ExperimentSuspendRequested,
          ExperimentSuspended,
          ExperimentCancelRequested,
          ExperimentFinished,
          Retention.ExperimentDeleteRequested,
          Retention.ExperimentDeleted {}

  /** What travels on {@link Topics#DATASETS}, keyed by dataset id. */
  sealed interface OfDataset extends Event
      permits DatasetRequested,
          DatasetCancelRequested,
          DatasetReady,
          DatasetFailed,
          DatasetCancelled,
          Retention.DatasetHoldRequested,
          Retention.DatasetReleaseRequested,
          Retention.DatasetDeleted {}

  /** What travels on {@link Topics#JOBS}, keyed by job id. */
  sealed interface OfJob extends Event
      permits JobQueued,
          JobStarted,
          JobProgressed,
          JobSucceeded,
          JobFailed,
          JobCancelRequested,
          JobCancelled {}

  /** What travels on {@link Topics#CHECKPOINTS}, keyed by job id. */
  sealed interface OfCheckpoint extends Event
      permits CheckpointSaved, Retention.CheckpointsDeleted {}

  /** What travels on {@link Topics#EVALUATIONS}, keyed by checkpoint id. */
  sealed interface OfEvaluation extends Event
      permits EvaluationRequested,
          EvaluationCancelRequested,
          EvaluationCompleted,
          EvaluationFailed,
          EvaluationCancelled {}
}
