package io.gdpo.training.batch;

import io.gdpo.data.EncodedExample;
import java.nio.LongBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Each example's prompt before the chosen response of an example with another prompt: samples that
 * have nothing to do with what is learnt, by which KTO's reference point tells how far the policy
 * as a whole has gone from the reference model.
 *
 * <p>Who is paired with whom follows from the split alone. So the batch that an example is in
 * changes nothing, even if it is the batch's only one, and the reference's log-probabilities are
 * computed once.
 */
public final class MismatchedExamples {
  private MismatchedExamples() {}

  /** Examples of one prompt, at places {@code from} to {@code to - 1} among the others'. */
  private record Group(int from, int to) {}

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
    List<TrainingExample> ordered = new ArrayList<>();
    TrainingExample[] mismatched = new TrainingExample[split.size()];
    List<Group> groups = new ArrayList<>();
    for (List<TrainingExample> examples : byPrompt.values()) {
      groups.add(new Group(ordered.size(), ordered.size() + examples.size()));
      ordered.addAll(examples);
    }
    for (Group group : groups) {
      for (int place = group.from; place < group.to; place++) {
        TrainingExample example = ordered.get(place);
        TrainingExample other = ordered.get(partner(place, group, ordered.size()));
        mismatched[example.index()] = mismatch(example, other, maxLength);
      }
    }
    return List.of(mismatched);
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
    long[] response = other.tokens().chosen();
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
    return new TrainingExample(example.index(), tokens, example.target(), example.majority());
  }
}
