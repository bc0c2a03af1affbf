package io.gdpo.group.build;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.DatasetCard.Lengths;
import io.gdpo.contracts.job.DatasetCard.SplitCard;
import io.gdpo.contracts.job.DatasetCard.TokenLengths;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.group.text.Fingerprint;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Counts what a split holds, for its card, while its examples pass by; keeps a few bytes of each.
 */
final class SplitStatistics {
  private static final int[] POSITIONS = {64, 128, 256, 512, 1024};

  private final Optional<ExampleEncoder> encoder;
  private final Set<Fingerprint> questions = new HashSet<>();
  private final Set<Fingerprint> prompts = new HashSet<>();
  private final Set<String> styles = new TreeSet<>();
  private final Long[] accepted = new Long[BeliefClass.COUNT];
  private final Long[] rejected = new Long[BeliefClass.COUNT];
  private final IntStream.Builder promptLengths = IntStream.builder();
  private final IntStream.Builder responseLengths = IntStream.builder();
  private final IntStream.Builder totalLengths = IntStream.builder();
  private long examples;
  private long ofMajority;

  SplitStatistics(Optional<ExampleEncoder> encoder) {
    this.encoder = encoder;
    Arrays.fill(accepted, 0L);
    Arrays.fill(rejected, 0L);
  }

  void add(PreferenceExample example) {
    examples++;
    ofMajority += example.majority() ? 1 : 0;
    questions.add(Fingerprint.of(example.questionId()));
    prompts.add(Fingerprint.of(OpinionTemplate.prompt(example)));
    styles.add(example.style());
    accepted[example.acceptChoiceId()]++;
    rejected[example.rejectChoiceId()]++;
    encoder.ifPresent(it -> addLengths(example, it));
  }

  private void addLengths(PreferenceExample example, ExampleEncoder encoder) {
    EncodedExample tokens = encoder.encode(example);
    int prompt = tokens.prompt().length;
    int response =
        Math.max(
            tokens.chosen().length,
            Math.max(tokens.rejected().length, tokens.rejectedUnderBelief().length));
    promptLengths.add(prompt);
    responseLengths.add(response);
    totalLengths.add(prompt + response);
  }

  SplitCard card() {
    return new SplitCard(
        examples,
        questions.size(),
        prompts.size(),
        List.copyOf(styles),
        List.of(accepted),
        List.of(rejected),
        (double) ofMajority / examples,
        encoder.isPresent() ? tokens() : null);
  }

  private TokenLengths tokens() {
    int[] totals = totalLengths.build().sorted().toArray();
    Map<Integer, Long> longerThan = new TreeMap<>();
    for (int positions : POSITIONS) {
      longerThan.put(positions, Arrays.stream(totals).filter(total -> total > positions).count());
    }
    return new TokenLengths(
        lengths(promptLengths.build().sorted().toArray()),
        lengths(responseLengths.build().sorted().toArray()),
        lengths(totals),
        longerThan);
  }

  private static Lengths lengths(int[] sorted) {
    return new Lengths(
        Arrays.stream(sorted).average().orElse(0),
        sorted[(int) Math.ceil(0.95 * sorted.length) - 1],
        sorted[sorted.length - 1]);
  }
}
