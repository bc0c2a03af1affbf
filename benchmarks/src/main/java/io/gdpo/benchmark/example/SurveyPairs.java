package io.gdpo.benchmark.example;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.group.survey.GroupSurvey;
import io.gdpo.group.synthesis.Dialogues;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.batch.DataOrder;
import java.io.IOException;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The demo's training pairs, in the order in which a job's first epoch visits them: real lengths,
 * and as many pairs of one prompt, equal responses among them, as the data has.
 *
 * @param folder with {@code survey.csv} and {@code tokenizer.json}
 * @param group of the survey
 * @param examplesPerPrompt pairs of one prompt that an epoch keeps together
 */
public record SurveyPairs(Path folder, String group, int examplesPerPrompt)
    implements ExampleSource {
  private static final int LONGEST = 512;
  private static final int LONGEST_PROMPT = 448;

  @Override
  public ExampleFile examples(int count, long vocabulary) throws IOException {
    List<PreferenceExample> all = new ArrayList<>();
    new Dialogues(new SynthesisSpec(null, null, null, null))
        .of(
            GroupSurvey.read(folder.resolve("survey.csv"), group).questions(),
            (split, example) -> {
              if (split == Split.TRAIN) {
                all.add(example);
              }
            });
    try (Tokenizer tokenizer = Tokenizer.load(folder.resolve("tokenizer.json"))) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, LONGEST, LONGEST_PROMPT);
      List<PairTokens> pairs = all.stream().map(example -> pair(encoder, example)).toList();
      List<LongBuffer> prompts = pairs.stream().map(p -> LongBuffer.wrap(p.prompt())).toList();
      List<PairTokens> ordered = new ArrayList<>(count);
      for (int index :
          Arrays.copyOf(new DataOrder(0, prompts, examplesPerPrompt).epoch(0), count)) {
        ordered.add(pairs.get(index));
      }
      return new ExampleFile(encoder.beliefTokenIds(), ordered);
    }
  }

  private static PairTokens pair(ExampleEncoder encoder, PreferenceExample example) {
    EncodedExample tokens = encoder.encode(example);
    float[] target = new float[example.opinion().probabilities().size()];
    for (int belief = 0; belief < target.length; belief++) {
      target[belief] = example.opinion().probabilities().get(belief).floatValue();
    }
    return new PairTokens(
        tokens.prompt(),
        tokens.chosen(),
        tokens.rejected(),
        tokens.rejectedUnderBelief(),
        tokens.belief().close(),
        target);
  }
}
