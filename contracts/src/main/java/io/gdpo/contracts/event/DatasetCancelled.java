package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/** The build of a dataset was ended on request; nothing is done for it any more. */
public record DatasetCancelled(String datasetId, String reason) implements Event.OfDataset {
  public DatasetCancelled {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return datasetId;
  }
}
