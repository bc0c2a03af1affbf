package io.gdpo.contracts.view;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.JobStatus;
import java.time.Instant;

/**
 * What is told about a training job over REST.
 *
 * @param reason why it failed or was cancelled; absent otherwise
 * @param attempts processes started so far
 * @param failures processes that died by themselves
 * @param progress the last train line; absent before the first
 * @param waitsFor what keeps it from getting on, such as a queue of the cluster, for people; absent
 *     if nothing does
 * @param folderUri the job's artifact folder
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobView(
    String id,
    String experiment,
    String stage,
    JobStatus status,
    String reason,
    int attempts,
    int failures,
    Instant queuedAt,
    Instant startedAt,
    Instant finishedAt,
    TrainingProgress progress,
    String waitsFor,
    String folderUri) {}
