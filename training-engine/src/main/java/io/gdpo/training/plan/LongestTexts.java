package io.gdpo.training.plan;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.data.BeliefTokens;
import io.gdpo.data.EncodedExample;
import io.gdpo.training.batch.LengthLimits;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Examples that need as much memory as any that a length allows: a prompt of one token, responses
 * that fill up the rest, and nothing that two of them have in common.
 */
final class LongestTexts {
  private LongestTexts() {}

  /** So many of them in each split. */
  static TrainingData of(LengthLimits limits, int examples) {
    List<TrainingExample> longest =
        IntStream.range(0, examples).mapToObj(i -> longest(i, limits.whole() - 1)).toList();
    return new TrainingData(longest, longest, 0, 0);
  }

  private static TrainingExample longest(int index, int response) {
    long own = 4L * index;
    return new TrainingExample(
        index,
        new EncodedExample(
            new long[] {own},
            tokens(own + 1, response),
            tokens(own + 2, response),
            tokens(own + 3, response),
            new BeliefTokens(0, 1, Math.min(2, response)),
            false,
            false),
        new float[BeliefClass.COUNT],
        0.5f,
        true);
  }

  private static long[] tokens(long id, int length) {
    long[] tokens = new long[length];
    Arrays.fill(tokens, id);
    return tokens;
  }
}
