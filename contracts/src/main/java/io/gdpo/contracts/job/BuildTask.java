package io.gdpo.contracts.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.DatasetSpec;

/**
 * What a {@code build} is told to do, as {@code job.json}; its result is a {@link BuildResult}.
 *
 * @param datasetId the dataset
 * @param spec what was asked for
 * @param sourceSha256 hash of the source when it was asked for; absent if that is not known
 * @param artifacts URI of the store that the dataset is published in
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BuildTask(
    String datasetId, DatasetSpec spec, String sourceSha256, String artifacts) {}
