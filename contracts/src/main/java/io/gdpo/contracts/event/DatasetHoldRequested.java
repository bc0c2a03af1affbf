package io.gdpo.contracts.event;

/**
 * A command: keep a dataset for an experiment that was not the one to ask for it, until {@link
 * DatasetReleaseRequested}. Who asks for a dataset holds it by that.
 */
public record DatasetHoldRequested(String datasetId, String requestedBy)
    implements Event.OfDataset, Event.Command {
  @Override
  public String key() {
    return datasetId;
  }
}
