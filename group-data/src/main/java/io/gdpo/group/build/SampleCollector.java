package io.gdpo.group.build;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.job.DatasetSamples.Sample;
import io.gdpo.data.ExampleText;
import io.gdpo.group.Bounds;
import java.util.ArrayList;
import java.util.List;

/**
 * Keeps the first examples of each belief class, or those without one, in each split while all pass
 * by.
 */
final class SampleCollector {
  private static final int NO_BELIEF = BeliefClass.COUNT;

  private final int[][] kept = new int[Split.values().length][BeliefClass.COUNT + 1];
  private final List<Sample> samples = new ArrayList<>();

  void add(Split split, PreferenceExample example) {
    boolean beliefs = example.hasBeliefs();
    int kind = beliefs ? example.opinion().chosen().number() : NO_BELIEF;
    if (kept[split.ordinal()][kind] < DatasetSamples.OF_EACH_CLASS) {
      kept[split.ordinal()][kind]++;
      ExampleText text = ExampleText.of(example);
      samples.add(
          new Sample(
              split,
              shown(example.questionId()),
              example.style(),
              beliefs ? kind : null,
              beliefs ? example.opinion().rejected().number() : null,
              shown(text.prompt()),
              shown(text.chosen()),
              shown(text.rejected()),
              beliefs ? shown(ExampleText.belief(example.opinion().chosen())) : null,
              beliefs ? shown(ExampleText.belief(example.opinion().rejected())) : null,
              example.group().isEmpty() ? null : shown(example.group())));
    }
  }

  private static String shown(String text) {
    return text == null ? null : Reason.beginning(text, Bounds.NAME);
  }

  DatasetSamples samples() {
    return new DatasetSamples(samples);
  }
}
