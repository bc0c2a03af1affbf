package io.gdpo.contracts.topic;

import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetCancelled;
import io.gdpo.contracts.event.DatasetFailed;
import io.gdpo.contracts.event.DatasetReady;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.EvaluationCancelled;
import io.gdpo.contracts.event.EvaluationCompleted;
import io.gdpo.contracts.event.EvaluationFailed;
import io.gdpo.contracts.event.EvaluationRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.event.ExperimentSuspendRequested;
import io.gdpo.contracts.event.ExperimentSuspended;
import io.gdpo.contracts.event.JobCancelRequested;
import io.gdpo.contracts.event.JobCancelled;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.contracts.event.JobQueued;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.contracts.event.JobSucceeded;
import io.gdpo.contracts.event.Retention.CheckpointsDeleted;
import io.gdpo.contracts.event.Retention.DatasetDeleted;
import io.gdpo.contracts.event.Retention.DatasetHoldRequested;
import io.gdpo.contracts.event.Retention.DatasetReleaseRequested;
import io.gdpo.contracts.event.Retention.ExperimentDeleteRequested;
import io.gdpo.contracts.event.Retention.ExperimentDeleted;
import java.util.Arrays;
import java.util.Optional;

/** Every event type: its CloudEvents {@code type}, its topic and its record class. */
public enum EventType {
  EXPERIMENT_SUBMITTED(Topics.EXPERIMENTS, ExperimentSubmitted.class),
  EXPERIMENT_SUSPEND_REQUESTED(Topics.EXPERIMENTS, ExperimentSuspendRequested.class),
  EXPERIMENT_SUSPENDED(Topics.EXPERIMENTS, ExperimentSuspended.class),
  EXPERIMENT_CANCEL_REQUESTED(Topics.EXPERIMENTS, ExperimentCancelRequested.class),
  EXPERIMENT_FINISHED(Topics.EXPERIMENTS, ExperimentFinished.class),
  EXPERIMENT_DELETE_REQUESTED(Topics.EXPERIMENTS, ExperimentDeleteRequested.class),
  EXPERIMENT_DELETED(Topics.EXPERIMENTS, ExperimentDeleted.class),
  DATASET_REQUESTED(Topics.DATASETS, DatasetRequested.class),
  DATASET_CANCEL_REQUESTED(Topics.DATASETS, DatasetCancelRequested.class),
  DATASET_READY(Topics.DATASETS, DatasetReady.class),
  DATASET_FAILED(Topics.DATASETS, DatasetFailed.class),
  DATASET_CANCELLED(Topics.DATASETS, DatasetCancelled.class),
  DATASET_HOLD_REQUESTED(Topics.DATASETS, DatasetHoldRequested.class),
  DATASET_RELEASE_REQUESTED(Topics.DATASETS, DatasetReleaseRequested.class),
  DATASET_DELETED(Topics.DATASETS, DatasetDeleted.class),
  JOB_QUEUED(Topics.JOBS, JobQueued.class),
  JOB_STARTED(Topics.JOBS, JobStarted.class),
  JOB_PROGRESSED(Topics.JOBS, JobProgressed.class),
  JOB_SUCCEEDED(Topics.JOBS, JobSucceeded.class),
  JOB_FAILED(Topics.JOBS, JobFailed.class),
  JOB_CANCEL_REQUESTED(Topics.JOBS, JobCancelRequested.class),
  JOB_CANCELLED(Topics.JOBS, JobCancelled.class),
  CHECKPOINT_SAVED(Topics.CHECKPOINTS, CheckpointSaved.class),
  CHECKPOINTS_DELETED(Topics.CHECKPOINTS, CheckpointsDeleted.class),
  EVALUATION_REQUESTED(Topics.EVALUATIONS, EvaluationRequested.class),
  EVALUATION_CANCEL_REQUESTED(Topics.EVALUATIONS, EvaluationCancelRequested.class),
  EVALUATION_COMPLETED(Topics.EVALUATIONS, EvaluationCompleted.class),
  EVALUATION_FAILED(Topics.EVALUATIONS, EvaluationFailed.class),
  EVALUATION_CANCELLED(Topics.EVALUATIONS, EvaluationCancelled.class);

  private final String topic;
  private final Class<? extends Event> eventClass;

  EventType(String topic, Class<? extends Event> eventClass) {
    this.topic = topic;
    this.eventClass = eventClass;
  }

  public String topic() {
    return topic;
  }

  public Class<? extends Event> eventClass() {
    return eventClass;
  }

  /** The CloudEvents {@code type} attribute, such as {@code io.gdpo.JobStarted}. */
  public String type() {
    return "io.gdpo." + eventClass.getSimpleName();
  }

  /** The event type with this CloudEvents {@code type}, if there is one. */
  public static Optional<EventType> ofType(String type) {
    return Arrays.stream(values()).filter(e -> e.type().equals(type)).findFirst();
  }

  /** The event type of an event. */
  public static EventType of(Event event) {
    return Arrays.stream(values())
        .filter(e -> e.eventClass == event.getClass())
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException("No event type for " + event.getClass()));
  }
}
