package io.gdpo.evaluation.measure;

import io.gdpo.evaluation.metric.BeliefReading;
import java.util.List;

/** What the model says to one prompt: its probabilities of the belief digits, and its samples. */
record PromptObservation(BeliefReading beliefs, List<String> samples) {
  PromptObservation {
    samples = List.copyOf(samples);
  }
}
