package io.gdpo.trainer.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.TrainingSpec;

/**
 * What a job trains, as decided when its stage was released; the same for every attempt. {@link
 * Jobs} adds what may change from attempt to attempt (threads).
 *
 * @param seed the experiment's seed
 * @param datasetUri the dataset's artifact folder
 * @param model what a root stage starts from; null where there is a parent
 * @param parentModelUri the parent stage's best model; null for a root
 * @param referenceModelUri the model that implicit rewards are measured against; null for losses
 *     that compare with none
 * @param memoryBytes that the job was planned to hold at most; null if that is not known
 * @param pool the machines that its stage names; null for those that trainings run on
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record JobPlan(
    long seed,
    String datasetUri,
    ModelSpec model,
    String parentModelUri,
    String referenceModelUri,
    TrainingSpec training,
    Long memoryBytes,
    String pool) {}
