package io.gdpo.contracts.event;

/** A dataset is there no more; who asks for it again has it built again. */
public record DatasetDeleted(String datasetId) implements Event.OfDataset {
  @Override
  public String key() {
    return datasetId;
  }
}
