package io.gdpo.evaluation.observation;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.data.PreferenceDataException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A survey question of the split under evaluation, with all its examples.
 *
 * @param group whose answers they are; empty if the data names no group
 * @param target the group's p*
 */
public record Question(
    String id, String group, BeliefDistribution target, List<PreferenceExample> examples) {
  public Question {
    examples = List.copyOf(examples);
  }

  /**
   * The questions of a split, in the order in which they first come. What several groups are asked
   * is a question of each.
   *
   * @throws PreferenceDataException if a question's distribution does not sum to 1 or differs from
   *     one example to another
   */
  public static List<Question> of(List<PreferenceExample> split) {
    Map<PreferenceExample.Asked, List<PreferenceExample>> asked = new LinkedHashMap<>();
    for (PreferenceExample example : split) {
      asked.computeIfAbsent(example.asked(), id -> new ArrayList<>()).add(example);
    }
    List<Question> questions = new ArrayList<>();
    asked.forEach(
        (of, examples) ->
            questions.add(
                new Question(
                    of.questionId(), of.group(), target(of.questionId(), examples), examples)));
    return questions;
  }

  private static BeliefDistribution target(String id, List<PreferenceExample> examples) {
    List<Double> target = examples.get(0).opinion().probabilities();
    for (PreferenceExample example : examples) {
      if (!example.opinion().probabilities().equals(target)) {
        throw new PreferenceDataException(
            "question '%s': field 'probabilities' is %s in one example and %s in another; the group has one distribution"
                .formatted(id, target, example.opinion().probabilities()));
      }
    }
    try {
      return BeliefDistribution.of(target);
    } catch (IllegalArgumentException e) {
      throw new PreferenceDataException("question '" + id + "': " + e.getMessage(), e);
    }
  }

  /** The question as it was asked of this group. */
  public PreferenceExample.Asked asked() {
    return new PreferenceExample.Asked(id, group);
  }

  /** The question's text, as its first example words it. */
  public String text() {
    return examples.get(0).prompt();
  }

  /** The examples by prompt: the same rendered prompt is asked once. */
  public Map<String, List<PreferenceExample>> byPrompt() {
    Map<String, List<PreferenceExample>> byPrompt = new LinkedHashMap<>();
    for (PreferenceExample example : examples) {
      byPrompt
          .computeIfAbsent(OpinionTemplate.prompt(example), p -> new ArrayList<>())
          .add(example);
    }
    return byPrompt;
  }

  /** The responses of those who answered, by their belief. */
  public Map<Integer, Set<String>> responsesByBelief() {
    Map<Integer, Set<String>> responses = new HashMap<>();
    for (PreferenceExample example : examples) {
      responses
          .computeIfAbsent(example.opinion().chosen().number(), b -> new TreeSet<>())
          .add(example.chosen());
    }
    return responses;
  }
}
