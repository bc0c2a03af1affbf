package io.gdpo.evaluation.observation;

import io.gdpo.contracts.data.PreferenceExample;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which belief class an option text stands for, as the dataset itself says: from the chosen and
 * rejected sides of its examples. Within a question first; a text from another question counts with
 * every class it has there.
 */
public final class OptionClasses {
  private final Map<String, Map<String, Set<Integer>>> byQuestion = new HashMap<>();
  private final Map<String, Set<Integer>> anywhere = new HashMap<>();

  /** The options of {@code examples}: give all splits, for rare options may be in one only. */
  public OptionClasses(List<PreferenceExample> examples) {
    for (PreferenceExample example : examples) {
      add(
          example.questionId(),
          example.opinion().chosen().option(),
          example.opinion().chosen().number());
      add(
          example.questionId(),
          example.opinion().rejected().option(),
          example.opinion().rejected().number());
    }
  }

  private void add(String questionId, String text, int beliefClass) {
    byQuestion
        .computeIfAbsent(questionId, q -> new HashMap<>())
        .computeIfAbsent(text.strip(), t -> new TreeSet<>())
        .add(beliefClass);
    anywhere.computeIfAbsent(text.strip(), t -> new TreeSet<>()).add(beliefClass);
  }

  /** The classes that {@code text} stands for in this question; empty if no question has it. */
  public Set<Integer> of(String questionId, String text) {
    Set<Integer> own = byQuestion.getOrDefault(questionId, Map.of()).get(text.strip());
    return own != null ? own : anywhere.getOrDefault(text.strip(), Set.of());
  }

  /** The option texts of a question; empty if the data does not have the question. */
  public Set<String> texts(String questionId) {
    return byQuestion.getOrDefault(questionId, Map.of()).keySet();
  }

  /** Whether the question's answers state an option behind their digit; ratings state none. */
  public boolean areStated(String questionId) {
    return !texts(questionId).equals(Set.of(""));
  }

  /** The option texts of a question by class, for labels; a class without one is absent. */
  public Map<Integer, String> labels(String questionId) {
    Map<Integer, Set<String>> texts = new HashMap<>();
    byQuestion
        .getOrDefault(questionId, Map.of())
        .forEach(
            (text, classes) ->
                classes.forEach(c -> texts.computeIfAbsent(c, k -> new TreeSet<>()).add(text)));
    Map<Integer, String> labels = new HashMap<>();
    texts.forEach((c, t) -> labels.put(c, String.join(" / ", t)));
    labels.values().removeIf(String::isEmpty);
    return labels;
  }
}
