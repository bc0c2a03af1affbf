package io.gdpo.group.build;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.DatasetCard.SplitCard;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.ExampleText;
import io.gdpo.data.TokenLengthCount;
import io.gdpo.group.text.Fingerprint;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Counts what a split holds, for its card, while its examples pass by; keeps a few bytes of each.
 */
final class SplitStatistics {
  /** Examples whose tokens are counted at a time, by all processors. */
  private static final int AT_ONCE = 256;

  private final Optional<ExampleEncoder> encoder;
  private final Set<Fingerprint> questions = new HashSet<>();
  private final Set<Fingerprint> prompts = new HashSet<>();
  private final NearPrompts nearPrompts = new NearPrompts();
  private final Set<String> styles = new TreeSet<>();
  private final Long[] accepted = new Long[BeliefClass.COUNT];
  private final Long[] rejected = new Long[BeliefClass.COUNT];
  private final TokenLengthCount tokens = new TokenLengthCount();
  private final List<PreferenceExample> uncounted = new ArrayList<>();
  private final Map<String, Long> groups = new LinkedHashMap<>();
  private long examples;
  private long opinions;
  private long voted;
  private double agreement;
  private long ofMajority;
  private long judged;
  private long good;

  SplitStatistics(Optional<ExampleEncoder> encoder) {
    this.encoder = encoder;
    Arrays.fill(accepted, 0L);
    Arrays.fill(rejected, 0L);
  }

  void add(PreferenceExample example) {
    examples++;
    questions.add(Fingerprint.of(example.questionId()));
    String prompt = ExampleText.prompt(example);
    if (prompts.add(Fingerprint.of(prompt))) {
      nearPrompts.add(prompt);
    }
    styles.add(example.style());
    if (!example.group().isEmpty()) {
      groups.merge(example.group(), 1L, Long::sum);
    }
    if (example.votes() != null) {
      voted++;
      agreement += example.votes().share();
    }
    if (example.kind() == PreferenceExample.Kind.JUDGED) {
      judged++;
      good += example.chosen() != null ? 1 : 0;
    }
    if (example.hasBeliefs()) {
      opinions++;
      ofMajority += example.opinion().majority() ? 1 : 0;
      accepted[example.opinion().chosen().number()]++;
      rejected[example.opinion().rejected().number()]++;
    }
    if (encoder.isPresent()) {
      uncounted.add(example);
      if (uncounted.size() == AT_ONCE) {
        count(encoder.get());
      }
    }
  }

  private void count(ExampleEncoder counting) {
    uncounted.parallelStream().map(counting::encode).toList().forEach(tokens::add);
    uncounted.clear();
  }

  /**
   * What the split holds.
   *
   * @param train the training split's; what is known from there is counted
   */
  SplitCard card(SplitStatistics train) {
    encoder.ifPresent(this::count);
    return new SplitCard(
        examples,
        questions.size(),
        prompts.size(),
        train == this ? null : questions.stream().filter(train.questions::contains).count(),
        train == this ? null : prompts.stream().filter(train.prompts::contains).count(),
        train == this ? null : nearPrompts.near(train.nearPrompts),
        List.copyOf(styles),
        opinions == 0 ? null : List.of(accepted),
        opinions == 0 ? null : List.of(rejected),
        opinions == 0 ? null : (double) ofMajority / opinions,
        encoder.isPresent() ? tokens.lengths() : null,
        groups.isEmpty() ? null : groups,
        voted == 0 ? null : agreement / voted,
        judged == 0 ? null : (double) good / judged);
  }
}
