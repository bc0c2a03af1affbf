package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/**
 * A dataset could not be built; {@code reason} names the file, row and field and says what to do.
 */
public record DatasetFailed(String datasetId, String reason) implements Event.OfDataset {
  public DatasetFailed {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return datasetId;
  }
}
