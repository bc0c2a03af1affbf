package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/**
 * A dataset will not be there for whoever asked for it: its build was ended on request, or goes on
 * for others only.
 *
 * @param requestedBy the experiment that is told so; null for who asked by no experiment's name
 */
public record DatasetCancelled(String datasetId, String requestedBy, String reason)
    implements Event.OfDataset {
  public DatasetCancelled {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return datasetId;
  }
}
