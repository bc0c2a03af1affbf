package io.gdpo.training.step;

import io.gdpo.data.EncodedExample;
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

  private static final String REWARD_CHOSEN = "rewards/chosen";
  private static final String REWARD_REJECTED = "rewards/rejected";
  private static final String MARGIN = "rewards/margin";

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
      EncodedExample tokens = batch.get(i).tokens();
      add("loss", outcome.value(i, Column.LOSS));
      if (tokens.hasChosen()) {
        add("nll", outcome.value(i, Column.NLL));
      }
      boolean beliefs = batch.get(i).target().length > 0;
      if (beliefs) {
        add("kl", outcome.value(i, Column.CALIBRATION));
        add("imitation", outcome.value(i, Column.IMITATION));
        add("jsd", outcome.value(i, Column.JENSEN_SHANNON_DISTANCE));
        add("belief_mass", outcome.value(i, Column.BELIEF_MASS));
      }
      if (outcome.hasPairs()) {
        String group = !beliefs ? "" : batch.get(i).majority() ? "_majority" : "_minority";
        addPreference(group, i, tokens, outcome);
      }
      examples++;
    }
  }

  /**
   * @param group what the names of its own metrics end with; empty if it is of none
   */
  private void addPreference(String group, int i, EncodedExample tokens, ObjectiveOutcome outcome) {
    if (tokens.hasChosen()) {
      add(REWARD_CHOSEN, outcome.chosenReward(i));
    }
    if (tokens.hasRejected()) {
      add(REWARD_REJECTED, outcome.rejectedReward(i));
    }
    if (tokens.hasChosen() && tokens.hasRejected()) {
      double margin = outcome.chosenReward(i) - outcome.rejectedReward(i);
      double accuracy = outcome.margin(i).favoursChosen() ? 1 : 0;
      add(MARGIN, margin);
      add("rewards/accuracy", accuracy);
      if (!group.isEmpty()) {
        add("rewards/margin" + group, margin);
        add("rewards/accuracy" + group, accuracy);
      }
    }
    if (tokens.hasChosen()) {
      add("logps/chosen", outcome.value(i, Column.CHOSEN));
    }
    if (tokens.hasRejected()) {
      add("logps/rejected", outcome.value(i, Column.REJECTED));
    }
  }

  /** Adds what is no example's own. */
  void add(String name, double value) {
    means.computeIfAbsent(name, n -> new Mean()).add(value);
  }

  /** Examples added so far. */
  long examples() {
    return examples;
  }

  /**
   * The means by name; empty if nothing was added. The margin of responses that are judged by
   * themselves is the difference of their means.
   */
  Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    means.forEach((name, mean) -> values.put(name, mean.sum / mean.count));
    if (values.containsKey(REWARD_CHOSEN) && values.containsKey(REWARD_REJECTED)) {
      values.putIfAbsent(MARGIN, values.get(REWARD_CHOSEN) - values.get(REWARD_REJECTED));
    }
    return values;
  }
}
