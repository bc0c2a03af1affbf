package io.gdpo.contracts.event;

import java.util.Map;

/**
 * A dataset is complete and will not change. {@code uri} is the artifact folder with train, eval
 * and test Parquet files and {@code card.json}.
 */
public record DatasetReady(String datasetId, String uri, Map<String, Long> examplesBySplit)
    implements Event.OfDataset {
  @Override
  public String key() {
    return datasetId;
  }
}
