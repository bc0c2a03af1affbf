package io.gdpo.group.build;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.job.DatasetSamples.Sample;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.group.Bounds;
import java.util.ArrayList;
import java.util.List;

/** Keeps the first examples of each belief class in each split while all pass by. */
final class SampleCollector {
  private final int[][] kept = new int[Split.values().length][BeliefClass.COUNT];
  private final List<Sample> samples = new ArrayList<>();

  void add(Split split, PreferenceExample example) {
    int[] ofSplit = kept[split.ordinal()];
    if (ofSplit[example.acceptChoiceId()] < DatasetSamples.OF_EACH_CLASS) {
      ofSplit[example.acceptChoiceId()]++;
      samples.add(
          new Sample(
              split,
              shown(example.questionId()),
              example.style(),
              example.acceptChoiceId(),
              example.rejectChoiceId(),
              shown(OpinionTemplate.prompt(example)),
              shown(
                  OpinionTemplate.response(
                      example.acceptChoiceId(), example.acceptChoice(), example.acceptResponse())),
              shown(
                  OpinionTemplate.response(
                      example.rejectChoiceId(), example.rejectChoice(), example.rejectResponse())),
              example.group().isEmpty() ? null : shown(example.group())));
    }
  }

  private static String shown(String text) {
    return Reason.beginning(text, Bounds.NAME);
  }

  DatasetSamples samples() {
    return new DatasetSamples(samples);
  }
}
