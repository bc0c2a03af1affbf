package io.gdpo.dataset.catalog;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.job.DatasetSamples.Sample;
import io.gdpo.contracts.view.DatasetPreview;
import io.gdpo.platform.problem.ProblemException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A page of what a build keeps of its dataset to look at. */
final class Preview {
  private static final int MOST = 100;

  private Preview() {}

  /**
   * @param split label of one; null for all
   * @param belief class of the chosen side; null for all
   * @param samples reads {@link DatasetSamples} as JSON
   * @throws ProblemException (400) if there is no such split or page
   */
  static DatasetPreview of(
      String split, Integer belief, int n, int offset, Supplier<byte[]> samples)
      throws IOException {
    if (n < 1 || n > MOST || offset < 0) {
      throw ProblemException.badRequest(
          "n is " + n + " and offset " + offset + "; n is 1 to " + MOST + ", offset 0 or more");
    }
    if (split != null && Stream.of(Split.values()).noneMatch(it -> it.label().equals(split))) {
      throw ProblemException.badRequest(
          "There is no split "
              + Reason.quoted(split)
              + "; there is "
              + Arrays.stream(Split.values()).map(Split::label).collect(Collectors.joining(", ")));
    }
    List<Sample> chosen =
        Json.EVENTS.readValue(samples.get(), DatasetSamples.class).samples().stream()
            .filter(sample -> split == null || sample.split().label().equals(split))
            .filter(sample -> belief == null || belief.equals(sample.belief()))
            .toList();
    return new DatasetPreview(chosen.size(), chosen.stream().skip(offset).limit(n).toList());
  }
}
