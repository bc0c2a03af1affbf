package io.gdpo.evaluation.measure;

import io.gdpo.data.OpinionTemplate;
import io.gdpo.evaluation.observation.BeliefReading;
import io.gdpo.evaluation.observation.PromptObservation;
import java.util.Collection;
import java.util.List;

/** What the model says to one prompt, its samples verbatim. */
record SampledPrompt(BeliefReading beliefs, List<String> samples) {
  SampledPrompt {
    samples = List.copyOf(samples);
  }

  /** The same, its samples read as answers to a question with these {@code options}. */
  PromptObservation read(Collection<String> options) {
    return new PromptObservation(
        beliefs, samples.stream().map(text -> OpinionTemplate.parse(text, options)).toList());
  }
}
