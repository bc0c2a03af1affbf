package io.gdpo.dataset.build;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.dataset.build.DatasetCard.Lengths;
import io.gdpo.dataset.build.DatasetCard.SplitCard;
import io.gdpo.dataset.build.DatasetCard.TokenLengths;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

/** Counts what a split holds, for its card. */
final class SplitStatistics {
  private static final int[] POSITIONS = {64, 128, 256, 512, 1024};

  private SplitStatistics() {}

  static SplitCard of(List<PreferenceExample> examples, Optional<ExampleEncoder> encoder) {
    long ofMajority = examples.stream().filter(PreferenceExample::majority).count();
    return new SplitCard(
        examples.size(),
        distinct(examples, PreferenceExample::questionId).count(),
        distinct(examples, OpinionTemplate::prompt).count(),
        distinct(examples, PreferenceExample::style).sorted().toList(),
        histogram(examples, PreferenceExample::acceptChoiceId),
        histogram(examples, PreferenceExample::rejectChoiceId),
        (double) ofMajority / examples.size(),
        encoder.map(it -> tokens(examples, it)).orElse(null));
  }

  private static Stream<String> distinct(
      Collection<PreferenceExample> examples, Function<PreferenceExample, String> value) {
    return examples.stream().map(value).distinct();
  }

  private static List<Long> histogram(
      List<PreferenceExample> examples, ToIntFunction<PreferenceExample> belief) {
    Long[] counts = new Long[BeliefClass.COUNT];
    Arrays.fill(counts, 0L);
    examples.forEach(example -> counts[belief.applyAsInt(example)]++);
    return List.of(counts);
  }

  private static TokenLengths tokens(List<PreferenceExample> examples, ExampleEncoder encoder) {
    int[] prompts = new int[examples.size()];
    int[] responses = new int[examples.size()];
    int[] totals = new int[examples.size()];
    for (int i = 0; i < totals.length; i++) {
      EncodedExample tokens = encoder.encode(examples.get(i));
      prompts[i] = tokens.prompt().length;
      responses[i] =
          Math.max(
              tokens.chosen().length,
              Math.max(tokens.rejected().length, tokens.rejectedUnderBelief().length));
      totals[i] = prompts[i] + responses[i];
    }
    Map<Integer, Long> longerThan = new TreeMap<>();
    for (int positions : POSITIONS) {
      longerThan.put(positions, Arrays.stream(totals).filter(total -> total > positions).count());
    }
    return new TokenLengths(lengths(prompts), lengths(responses), lengths(totals), longerThan);
  }

  private static Lengths lengths(int[] lengths) {
    int[] sorted = lengths.clone();
    Arrays.sort(sorted);
    return new Lengths(
        Arrays.stream(sorted).average().orElse(0),
        sorted[(int) Math.ceil(0.95 * sorted.length) - 1],
        sorted[sorted.length - 1]);
  }
}
