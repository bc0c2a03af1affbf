package io.gdpo.contracts.event;

/**
 * A dataset could not be built; {@code reason} names the file, row and field and says what to do.
 */
public record DatasetFailed(String datasetId, String reason) implements Event.OfDataset {
  @Override
  public String key() {
    return datasetId;
  }
}
