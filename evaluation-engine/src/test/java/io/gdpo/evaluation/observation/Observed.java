package io.gdpo.evaluation.observation;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.OpinionTemplate;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Questions as a model answered them, for tests. */
public final class Observed {
  private Observed() {}

  /** One prompt about a question whose group is {@code target}; no pairs, nobody in training. */
  public static QuestionObservation question(List<Double> target, PromptObservation... prompts) {
    return question(target, List.of(), Optional.empty(), prompts);
  }

  public static QuestionObservation question(
      List<Double> target,
      List<PairObservation> pairs,
      Optional<BeliefDistribution> trainingAnswers,
      PromptObservation... prompts) {
    List<PreferenceExample> examples = List.of(example("q", 5, "Good", 1, "Bad", target));
    return new QuestionObservation(
        Question.of(examples).get(0),
        new OptionClasses(examples),
        trainingAnswers,
        List.of(prompts),
        pairs,
        0.5,
        3);
  }

  public static PromptObservation prompt(BeliefReading beliefs, String... samples) {
    return new PromptObservation(beliefs, Stream.of(samples).map(OpinionTemplate::parse).toList());
  }

  public static PreferenceExample example(
      String question, int accept, String acceptText, int reject, String rejectText) {
    return example(
        question, accept, acceptText, reject, rejectText, List.of(1.0, 0.0, 0.0, 0.0, 0.0, 0.0));
  }

  private static PreferenceExample example(
      String question,
      int accept,
      String acceptText,
      int reject,
      String rejectText,
      List<Double> target) {
    return PreferenceExample.ofOpinion(
        question,
        "style-1",
        "Well?",
        "",
        List.of(acceptText, rejectText),
        accept,
        acceptText,
        "I like it",
        reject,
        rejectText,
        "I do not",
        target,
        true);
  }
}
