package io.gdpo.training.batch;

import io.gdpo.data.EncodedExample;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Each example's prompt before the chosen response of an example with another prompt (of responses
 * that are judged by themselves a good one, if there are any): samples that have nothing to do with
 * what is learnt, by which KTO's reference point tells how far the policy as a whole has gone from
 * the reference model.
 *
 * <p>Who is paired with whom follows from the split alone. So the batch that an example is in
 * changes nothing, even if it is the batch's only one, and the reference's log-probabilities are
 * computed once.
 */
public final class MismatchedExamples {
  private MismatchedExamples() {}

  /** Examples of one prompt, whose responses stand at places {@code from} to {@code to - 1}. */
  private record Group(List<TrainingExample> examples, int from, int to) {
    /** The place of one of its examples; several may share one. */
    int place(int number) {
      return from + number * (to - from) / examples.size();
    }
  }

  /**
   * Mismatches a split's examples. The partner is half the split away, prompts side by side, so
   * that each response is taken once; where a prompt has more than half of all examples, theirs are
   * the others' in turn.
   *
   * @param maxLength longest prompt and response together, in tokens: a prompt that is too long for
   *     the other's response keeps its first tokens
   * @return one for each example, in their order; empty if there is but one prompt
   */
  public static List<TrainingExample> of(List<TrainingExample> split, int maxLength) {
    Map<LongBuffer, List<TrainingExample>> byPrompt = new LinkedHashMap<>();
    for (TrainingExample example : split) {
      byPrompt
          .computeIfAbsent(LongBuffer.wrap(example.tokens().prompt()), p -> new ArrayList<>())
          .add(example);
    }
    if (byPrompt.size() < 2) {
      return List.of();
    }
    boolean chosenOnly =
        byPrompt.values().stream().filter(MismatchedExamples::haveChosen).count() > 1;
    List<TrainingExample> givers = new ArrayList<>();
    List<Group> groups = new ArrayList<>();
    for (List<TrainingExample> examples : byPrompt.values()) {
      int from = givers.size();
      examples.stream()
          .filter(example -> !chosenOnly || example.tokens().hasChosen())
          .forEach(givers::add);
      groups.add(new Group(examples, from, givers.size()));
    }
    TrainingExample[] mismatched = new TrainingExample[split.size()];
    for (Group group : groups) {
      for (int number = 0; number < group.examples.size(); number++) {
        TrainingExample example = group.examples.get(number);
        TrainingExample other = givers.get(partner(group.place(number), group, givers.size()));
        mismatched[example.index()] = mismatch(example, other, maxLength);
      }
    }
    return List.of(mismatched);
  }

  private static boolean haveChosen(List<TrainingExample> examples) {
    return examples.stream().anyMatch(example -> example.tokens().hasChosen());
  }

  private static int partner(int place, Group group, int examples) {
    int opposite = (place + examples / 2) % examples;
    if (opposite < group.from || opposite >= group.to) {
      return opposite;
    }
    int others = examples - (group.to - group.from);
    return (group.to + (place - group.from) % others) % examples;
  }

  private static TrainingExample mismatch(
      TrainingExample example, TrainingExample other, int maxLength) {
    long[] prompt = example.tokens().prompt();
    long[] response =
        other.tokens().hasChosen() ? other.tokens().chosen() : other.tokens().rejected();
    int room = maxLength - response.length;
    boolean cut = prompt.length > room;
    EncodedExample tokens =
        new EncodedExample(
            cut ? Arrays.copyOf(prompt, room) : prompt,
            response,
            response,
            response,
            other.tokens().belief(),
            cut,
            false);
    return new TrainingExample(
        example.index(), tokens, example.target(), example.share(), example.majority());
  }
}
