package io.gdpo.evaluation.measure;

import ai.djl.ndarray.NDManager;
import io.gdpo.evaluation.observation.BeliefReading;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.memory.DecoderMemory;
import io.gdpo.lm.model.CausalLanguageModel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Reads a model's belief distribution where it is stated: at the last prompt position, whose next
 * token is the belief digit.
 */
final class BeliefReader {
  private static final int ROWS = 32;

  private final CausalLanguageModel model;
  private final long[] beliefTokens;

  /**
   * @param beliefTokens token ids of the belief digits, indexed by class
   */
  BeliefReader(CausalLanguageModel model, long[] beliefTokens) {
    this.model = model;
    this.beliefTokens = beliefTokens.clone();
  }

  /** The size of the largest batch in which {@link #read} would compute. */
  static DecoderMemory.Batch size(List<long[]> prompts, int classes, PassSizes sizes) {
    int longest = prompts.stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    int rows = Math.min(ROWS, prompts.size());
    return new DecoderMemory.Batch(
        sizes.rows(rows), sizes.length(longest), sizes.length(rows * classes), 0);
  }

  /**
   * One reading for each prompt, in their order.
   *
   * @throws InvalidModelException if the model gives NaN
   */
  List<BeliefReading> read(List<long[]> prompts, Progress progress) {
    BeliefReading[] readings = new BeliefReading[prompts.size()];
    List<Integer> byLength =
        IntStream.range(0, prompts.size())
            .boxed()
            .sorted(Comparator.comparingInt(i -> prompts.get(i).length))
            .toList();
    progress.report("beliefs", 0, prompts.size(), "prompts");
    for (int from = 0; from < byLength.size(); from += ROWS) {
      List<Integer> chunk = byLength.subList(from, Math.min(byLength.size(), from + ROWS));
      List<BeliefReading> read = readBatch(chunk.stream().map(prompts::get).toList());
      for (int i = 0; i < chunk.size(); i++) {
        readings[chunk.get(i)] = read.get(i);
      }
      progress.report("beliefs", from + chunk.size(), prompts.size(), "prompts");
    }
    return List.of(readings);
  }

  private List<BeliefReading> readBatch(List<long[]> prompts) {
    int classes = beliefTokens.length;
    TokenBatch batch =
        TokenBatch.ofSequences(prompts, PassSizes.of(model.parameters().manager().getDevice()));
    long[] rows = new long[prompts.size() * classes];
    long[] targets = new long[rows.length];
    for (int p = 0; p < prompts.size(); p++) {
      for (int b = 0; b < classes; b++) {
        rows[p * classes + b] = (long) p * batch.length() + prompts.get(p).length - 1;
        targets[p * classes + b] = beliefTokens[b];
      }
    }
    float[] logProbs;
    try (NDManager step = model.parameters().manager().newSubManager()) {
      logProbs = model.forward(step, batch).selectedLogProbs(rows, targets).toFloatArray();
    }
    List<BeliefReading> readings = new ArrayList<>();
    for (int p = 0; p < prompts.size(); p++) {
      double[] probabilities = new double[classes];
      for (int b = 0; b < classes; b++) {
        probabilities[b] = Math.exp(logProbs[p * classes + b]);
        if (Double.isNaN(probabilities[b])) {
          throw new InvalidModelException(
              "the model gives NaN as the probability of a belief: its weights hold NaN or infinite numbers, or what it computes overflows; train it again with a lower learning_rate, or start from another model");
        }
      }
      readings.add(new BeliefReading(probabilities));
    }
    return readings;
  }
}
