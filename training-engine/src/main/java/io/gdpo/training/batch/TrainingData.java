package io.gdpo.training.batch;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.SftTargets;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.OpinionTemplate;
import io.gdpo.data.PreferenceDataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A dataset's train and eval splits as token ids.
 *
 * @param train what is learnt from
 * @param eval what models are selected by
 * @param promptsCut examples of both whose prompt was too long
 * @param responsesCut examples of both with a response that was too long
 */
public record TrainingData(
    List<TrainingExample> train, List<TrainingExample> eval, int promptsCut, int responsesCut) {

  /**
   * Reads and encodes a dataset.
   *
   * @param folder with {@code train.parquet} and {@code eval.parquet}
   * @throws io.gdpo.data.PreferenceDataException if a split is missing, empty or damaged
   */
  public static TrainingData load(Path folder, ExampleEncoder encoder, TrainingSpec spec) {
    return of(
        PreferenceDataset.read(folder, Split.TRAIN),
        PreferenceDataset.read(folder, Split.EVAL),
        encoder,
        spec);
  }

  /** Encodes what a job learns from, and is selected by, of the two splits of a dataset. */
  public static TrainingData of(
      List<PreferenceExample> train,
      List<PreferenceExample> eval,
      ExampleEncoder encoder,
      TrainingSpec spec) {
    return learnsAll(spec)
        ? of(train, eval, encoder)
        : of(lastPerPrompt(train), lastPerPrompt(eval), encoder);
  }

  /** Encodes two splits. */
  public static TrainingData of(
      Collection<PreferenceExample> train,
      Collection<PreferenceExample> eval,
      ExampleEncoder encoder) {
    List<TrainingExample> encodedTrain = encode(train, encoder);
    List<TrainingExample> encodedEval = encode(eval, encoder);
    List<TrainingExample> all = new ArrayList<>(encodedTrain);
    all.addAll(encodedEval);
    return new TrainingData(
        encodedTrain,
        encodedEval,
        (int) all.stream().filter(e -> e.tokens().promptCut()).count(),
        (int) all.stream().filter(e -> e.tokens().responseCut()).count());
  }

  /** Whether a job learns from every example: all do but an SFT that is asked not to. */
  public static boolean learnsAll(TrainingSpec spec) {
    return spec.loss() != Loss.SFT || spec.targets() != SftTargets.LAST_PER_PROMPT;
  }

  /**
   * The reference implementation's SFT sees one target for each distinct prompt, the last row's; we
   * do so only where asked to.
   */
  private static Collection<PreferenceExample> lastPerPrompt(List<PreferenceExample> examples) {
    Map<String, PreferenceExample> lastByPrompt = new LinkedHashMap<>();
    examples.forEach(example -> lastByPrompt.put(OpinionTemplate.prompt(example), example));
    return lastByPrompt.values();
  }

  private static List<TrainingExample> encode(
      Collection<PreferenceExample> examples, ExampleEncoder encoder) {
    List<TrainingExample> encoded = new ArrayList<>(examples.size());
    for (PreferenceExample example : examples) {
      EncodedExample tokens = encoder.encode(example);
      float[] target = new float[example.probabilities().size()];
      for (int belief = 0; belief < target.length; belief++) {
        target[belief] = example.probabilities().get(belief).floatValue();
      }
      encoded.add(new TrainingExample(encoded.size(), tokens, target, example.majority()));
    }
    return List.copyOf(encoded);
  }
}
