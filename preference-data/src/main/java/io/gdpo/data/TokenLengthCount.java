package io.gdpo.data;

import io.gdpo.contracts.job.DatasetCard.Lengths;
import io.gdpo.contracts.job.DatasetCard.TokenLengths;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** Counts the tokens of examples while they pass by; keeps a few bytes of each. */
public final class TokenLengthCount {
  private static final int[] POSITIONS = {64, 128, 256, 512, 1024};

  private final IntStream.Builder prompts = IntStream.builder();
  private final IntStream.Builder responses = IntStream.builder();
  private final IntStream.Builder totals = IntStream.builder();

  /** One more; a pair counts by its longest response, EOS included. */
  public void add(EncodedExample example) {
    int prompt = example.prompt().length;
    int response =
        Math.max(
            example.chosen().length,
            Math.max(example.rejected().length, example.rejectedUnderBelief().length));
    prompts.add(prompt);
    responses.add(response);
    totals.add(prompt + response);
  }

  /** What was counted, of one example at least; nothing can be added any more. */
  public TokenLengths lengths() {
    int[] sorted = totals.build().sorted().toArray();
    Map<Integer, Long> longerThan = new TreeMap<>();
    for (int positions : POSITIONS) {
      longerThan.put(positions, Arrays.stream(sorted).filter(total -> total > positions).count());
    }
    return new TokenLengths(
        lengths(prompts.build().sorted().toArray()),
        lengths(responses.build().sorted().toArray()),
        lengths(sorted),
        longerThan);
  }

  private static Lengths lengths(int[] sorted) {
    return new Lengths(
        Arrays.stream(sorted).average().orElse(0),
        sorted[(int) Math.ceil(0.95 * sorted.length) - 1],
        sorted[sorted.length - 1]);
  }
}
