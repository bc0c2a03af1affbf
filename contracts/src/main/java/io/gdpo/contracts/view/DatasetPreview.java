package io.gdpo.contracts.view;

import io.gdpo.contracts.job.DatasetSamples.Sample;
import java.util.List;

/**
 * Some of the examples that a built dataset keeps to look at.
 *
 * @param total how many there are of those that were asked for
 * @param examples a page of them, in the order of the data
 */
public record DatasetPreview(int total, List<Sample> examples) {
  public DatasetPreview {
    examples = List.copyOf(examples);
  }
}
