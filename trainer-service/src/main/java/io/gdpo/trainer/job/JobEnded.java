package io.gdpo.trainer.job;

import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.state.JobStatus;
import java.util.Optional;

/**
 * Tells, inside the transaction that made it true, that a job reached a terminal status.
 *
 * @param reason why it failed or was cancelled
 * @param result what the training process left; absent if it left none
 */
public record JobEnded(
    String jobId,
    String experiment,
    String stage,
    JobStatus status,
    Optional<String> reason,
    Optional<TrainingResult> result) {}
