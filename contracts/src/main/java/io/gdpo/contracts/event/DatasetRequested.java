package io.gdpo.contracts.event;

import io.gdpo.contracts.spec.DatasetSpec;

/**
 * A command: build this dataset. {@code requestedBy} names the experiment that waits for it, or
 * null.
 */
public record DatasetRequested(String datasetId, DatasetSpec spec, String requestedBy)
    implements Event.OfDataset, Event.Command {
  @Override
  public String key() {
    return datasetId;
  }
}
