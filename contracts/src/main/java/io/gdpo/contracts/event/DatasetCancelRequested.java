package io.gdpo.contracts.event;

import io.gdpo.contracts.Reason;

/**
 * A command: end the build of this dataset. It is answered with {@link DatasetCancelled} when its
 * process is gone, or with what became of it before. Where others wait for the same dataset, it is
 * built on for them, and the answer comes at once.
 *
 * @param requestedBy the experiment that does not wait for it any more; null if a person asks: then
 *     it is ended for all
 */
public record DatasetCancelRequested(String datasetId, String requestedBy, String reason)
    implements Event.OfDataset, Event.Command {
  public DatasetCancelRequested {
    reason = Reason.clean(reason);
  }

  @Override
  public String key() {
    return datasetId;
  }
}
