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
 * @param chat how a chat model may be asked; absent if none writes its dialogues
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record BuildTask(
    String datasetId, DatasetSpec spec, String sourceSha256, String artifacts, ChatCalls chat) {

  /**
   * Calls of a chat model; what they are allowed with is in the worker's environment.
   *
   * @param parallel at one time
   * @param timeoutSeconds of one
   */
  public record ChatCalls(int parallel, long timeoutSeconds) {}
}
