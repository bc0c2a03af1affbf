package io.gdpo.benchmark.example;

import java.io.IOException;

/** Where a benchmark's pairs come from. The same source gives the same pairs. */
public sealed interface ExampleSource permits PairShape, SurveyPairs {

  /**
   * Makes pairs.
   *
   * @param count how many
   * @param vocabulary token ids lie below it
   */
  ExampleFile examples(int count, long vocabulary) throws IOException;
}
