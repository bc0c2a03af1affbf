package io.gdpo.contracts.event;

import io.gdpo.contracts.spec.DatasetSpec;

/**
 * A command: build this dataset. It is answered with {@link DatasetReady} or {@link DatasetFailed},
 * also where it was built before.
 *
 * @param datasetId {@link DatasetSpec#idFor}, so that one content is built once; or another one,
 *     for a dataset of its own
 * @param requestedBy the experiment that waits for it; null if none does
 * @param sourceSha256 hash of the source's content that is meant; null for what is there when it is
 *     built
 */
public record DatasetRequested(
    String datasetId, DatasetSpec spec, String requestedBy, String sourceSha256)
    implements Event.OfDataset, Event.Command {
  @Override
  public String key() {
    return datasetId;
  }
}
