package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.ExperimentSpec;

/**
 * What a {@code plan} is told to look at, as {@code job.json}; its result is an {@link
 * ExperimentPlan}.
 *
 * @param spec the experiment
 * @param datasetUri the folder of the dataset that it names by id; absent if one is to be built
 * @param artifacts URI of the store that its dataset would be built by
 * @param processors that each of its jobs is given
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PlanTask(ExperimentSpec spec, String datasetUri, String artifacts, int processors) {}
