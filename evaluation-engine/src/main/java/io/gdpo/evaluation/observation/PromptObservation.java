package io.gdpo.evaluation.observation;

import io.gdpo.data.ParsedResponse;
import java.util.List;

/** What the model says to one prompt: its probabilities of the belief digits, and its samples. */
public record PromptObservation(BeliefReading beliefs, List<ParsedResponse> samples) {
  public PromptObservation {
    samples = List.copyOf(samples);
  }

  /** The beliefs that its samples begin with. */
  public SampledBeliefs sampled() {
    return SampledBeliefs.of(beliefs.classes(), samples.stream());
  }
}
