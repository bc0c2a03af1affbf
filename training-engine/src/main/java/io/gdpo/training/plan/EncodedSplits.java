package io.gdpo.training.plan;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.ExperimentPlan.PlannedSplit;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.spec.FieldChecks;
import io.gdpo.contracts.spec.SftTargets;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.TokenLengthCount;
import io.gdpo.lm.batch.TokenTree;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.batch.LengthLimits;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

/** An experiment's examples as each of its stages will see them; encoded as seldom as can be. */
final class EncodedSplits {
  private static final LengthLimits UNCUT = new LengthLimits(1 << 24, 1 << 23);

  private final PlannedExamples examples;
  private final Tokenizer tokenizer;
  private final TrainingData uncut;
  private final Map<String, PlannedSplit> splits = new LinkedHashMap<>();
  private Asked lastAsked;
  private TrainingData last;

  private record Asked(LengthLimits limits, boolean rejected, SftTargets targets) {}

  /**
   * @param tokenizer stays its caller's to close
   */
  EncodedSplits(PlannedExamples examples, Tokenizer tokenizer) {
    this.examples = examples;
    this.tokenizer = tokenizer;
    this.uncut = TrainingData.of(examples.train(), examples.eval(), UNCUT.encoder(tokenizer));
    splits.put(Split.TRAIN.label(), split(uncut.train()));
    splits.put(Split.EVAL.label(), split(uncut.eval()));
  }

  private static PlannedSplit split(List<TrainingExample> examples) {
    TokenLengthCount count = new TokenLengthCount();
    examples.forEach(example -> count.add(example.tokens()));
    return new PlannedSplit(examples.size(), count.lengths());
  }

  /** Where the chat template stands that they are written by; empty if they are not. */
  Optional<String> chatTemplate() {
    return examples.train().get(0).hasBeliefs()
        ? Optional.empty()
        : UNCUT.encoder(tokenizer).chatTemplate();
  }

  /** How long they are, uncut, by the name of their split. */
  Map<String, PlannedSplit> splits() {
    return splits;
  }

  /** Some of them, uncut, for people. */
  TokenSamples samples() {
    List<TokenSamples.Sample> samples = new ArrayList<>();
    addFirstOfEachBelief(samples, Split.TRAIN, examples.train(), uncut.train());
    addFirstOfEachBelief(samples, Split.EVAL, examples.eval(), uncut.eval());
    return new TokenSamples(samples);
  }

  private void addFirstOfEachBelief(
      List<TokenSamples.Sample> samples,
      Split split,
      List<PreferenceExample> examples,
      List<TrainingExample> encoded) {
    Set<Integer> beliefs = new HashSet<>();
    for (int i = 0; i < encoded.size() && beliefs.size() < BeliefClass.COUNT; i++) {
      PreferenceExample example = examples.get(i);
      if (beliefs.add(example.hasBeliefs() ? example.opinion().chosen().number() : i)) {
        samples.add(sample(split, example, encoded.get(i).tokens()));
      }
    }
  }

  private TokenSamples.Sample sample(
      Split split, PreferenceExample example, EncodedExample tokens) {
    int response = tokens.prompt().length;
    int end = response + tokens.belief().close();
    return new TokenSamples.Sample(
        split,
        Reason.beginning(example.questionId(), FieldChecks.LONGEST_NAME),
        example.style(),
        example.hasBeliefs() ? example.opinion().chosen().number() : null,
        example.hasBeliefs() ? example.opinion().rejected().number() : null,
        response + tokens.belief().first(),
        end,
        tokens.hasChosen() ? sequence(tokens, tokens.chosen(), response) : null,
        tokens.hasRejected() ? sequence(tokens, tokens.rejected(), response) : null,
        tokens.hasRejected() ? sequence(tokens, tokens.rejectedUnderBelief(), end) : null);
  }

  /**
   * @param counted index of the first token that a loss counts
   */
  private TokenSamples.Sequence sequence(EncodedExample of, long[] response, int counted) {
    long[] ids = TokenTree.joined(of.prompt(), response);
    List<Long> shown = LongStream.of(ids).limit(TokenSamples.MOST_TOKENS).boxed().toList();
    return new TokenSamples.Sequence(
        ids.length,
        shown,
        shown.stream().map(id -> tokenizer.decode(new long[] {id})).toList(),
        IntStream.range(0, shown.size())
            .mapToObj(i -> i < counted ? TokenSamples.IGNORED : shown.get(i))
            .toList(),
        tokenizer.decode(Arrays.copyOf(ids, shown.size())));
  }

  /**
   * What a stage trains on, cut to a length.
   *
   * @throws io.gdpo.data.PreferenceDataException if they cannot be cut so
   */
  TrainingData within(LengthLimits limits, TrainingSpec spec) {
    ExampleEncoder encoder = limits.encoder(tokenizer); // refuses limits that make no sense
    TrainingData.requireFor(spec.loss(), examples.train(), examples.eval());
    if (fit(limits)
        && TrainingData.learnsAll(examples.train(), spec)
        && TrainingData.learnsAll(examples.eval(), spec)) {
      return uncut;
    }
    Asked asked =
        new Asked(fit(limits) ? UNCUT : limits, spec.loss().readsRejected(), spec.targets());
    if (!asked.equals(lastAsked)) {
      last = TrainingData.of(examples.train(), examples.eval(), encoder, spec);
      lastAsked = asked;
    }
    return last;
  }

  private boolean fit(LengthLimits limits) {
    return splits.values().stream()
        .map(PlannedSplit::tokens)
        .allMatch(
            tokens ->
                tokens.prompt().max() <= limits.prompt() && tokens.total().max() <= limits.whole());
  }
}
