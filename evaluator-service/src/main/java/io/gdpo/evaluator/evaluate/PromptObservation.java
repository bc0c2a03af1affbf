package io.gdpo.evaluator.evaluate;

import io.gdpo.evaluator.metric.BeliefReading;
import java.util.List;

/** What the model says to one prompt: its probabilities of the belief digits, and its samples. */
record PromptObservation(BeliefReading beliefs, List<String> samples) {
  PromptObservation {
    samples = List.copyOf(samples);
  }
}
