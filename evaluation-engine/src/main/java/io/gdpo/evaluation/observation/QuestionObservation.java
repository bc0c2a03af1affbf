package io.gdpo.evaluation.observation;

import io.gdpo.data.ParsedResponse;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * All that a metric may know of one question: what the data says, and what the model said. Knows no
 * model: equal observations give equal metrics.
 *
 * @param options of the whole dataset
 * @param trainingAnswers how the respondents of the training split answered; empty if none did
 * @param prompts in the order of {@link Question#byPrompt}
 * @param pairs in the order of the question's examples
 * @param beta of the implicit rewards
 * @param seed of metrics that draw
 */
public record QuestionObservation(
    Question question,
    OptionClasses options,
    Optional<BeliefDistribution> trainingAnswers,
    List<PromptObservation> prompts,
    List<PairObservation> pairs,
    double beta,
    long seed) {
  public QuestionObservation {
    prompts = List.copyOf(prompts);
    pairs = List.copyOf(pairs);
  }

  /** The group's p*. */
  public BeliefDistribution target() {
    return question.target();
  }

  /** The samples of all prompts. */
  public Stream<ParsedResponse> samples() {
    return prompts.stream().flatMap(prompt -> prompt.samples().stream());
  }

  /** The beliefs that the samples of all prompts begin with. */
  public SampledBeliefs sampled() {
    return SampledBeliefs.of(target().classes(), samples());
  }
}
