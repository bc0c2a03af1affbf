package io.gdpo.contracts.event;

/** A command: an experiment needs this dataset no more. One that nobody holds may be deleted. */
public record DatasetReleaseRequested(String datasetId, String requestedBy)
    implements Event.OfDataset, Event.Command {
  @Override
  public String key() {
    return datasetId;
  }
}
