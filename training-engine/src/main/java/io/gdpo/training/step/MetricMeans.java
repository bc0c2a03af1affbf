package io.gdpo.training.step;

import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.objective.ObjectiveOutcome;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Means of an objective's metrics over examples, under the names that progress lines and reports
 * use; of opinions preference metrics also apart for examples whose chosen belief is the group's
 * majority belief, and for the others.
 */
final class MetricMeans {
  /** KTO's reference point. */
  static final String REFERENCE_KL = "reference_kl";

  private final Map<String, Mean> means = new LinkedHashMap<>();
  private long examples;

  private static final class Mean {
    private double sum;
    private long count;

    void add(double value) {
      sum += value;
      count++;
    }
  }

  /** Adds a batch's examples. */
  void add(List<TrainingExample> batch, ObjectiveOutcome outcome) {
    for (int i = 0; i < outcome.examples(); i++) {
      add("loss", outcome.value(i, Column.LOSS));
      add("nll", outcome.value(i, Column.NLL));
      boolean beliefs = batch.get(i).target().length > 0;
      if (beliefs) {
        add("kl", outcome.value(i, Column.CALIBRATION));
        add("imitation", outcome.value(i, Column.IMITATION));
        add("jsd", outcome.value(i, Column.JENSEN_SHANNON_DISTANCE));
        add("belief_mass", outcome.value(i, Column.BELIEF_MASS));
      }
      if (outcome.hasPairs()) {
        addPreference(
            !beliefs ? "" : batch.get(i).majority() ? "_majority" : "_minority", i, outcome);
      }
      examples++;
    }
  }

  /**
   * @param group what the names of its own metrics end with; empty if it is of none
   */
  private void addPreference(String group, int i, ObjectiveOutcome outcome) {
    double chosen = outcome.chosenReward(i);
    double rejected = outcome.rejectedReward(i);
    double margin = chosen - rejected;
    double accuracy = outcome.margin(i).favoursChosen() ? 1 : 0;
    add("rewards/chosen", chosen);
    add("rewards/rejected", rejected);
    add("rewards/margin", margin);
    add("rewards/accuracy", accuracy);
    if (!group.isEmpty()) {
      add("rewards/margin" + group, margin);
      add("rewards/accuracy" + group, accuracy);
    }
    add("logps/chosen", outcome.value(i, Column.CHOSEN));
    add("logps/rejected", outcome.value(i, Column.REJECTED));
  }

  /** Adds what is no example's own. */
  void add(String name, double value) {
    means.computeIfAbsent(name, n -> new Mean()).add(value);
  }

  /** Examples added so far. */
  long examples() {
    return examples;
  }

  /** The means by name; empty if nothing was added. */
  Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    means.forEach((name, mean) -> values.put(name, mean.sum / mean.count));
    return values;
  }
}
