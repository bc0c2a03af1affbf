package io.gdpo.training.batch;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.SftTargets;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.ExampleText;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.data.PreferenceDataset;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

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
   * @throws PreferenceDataException if a split is missing, empty or damaged, or lacks what the loss
   *     needs
   */
  public static TrainingData load(Path folder, ExampleEncoder encoder, TrainingSpec spec) {
    return of(
        PreferenceDataset.read(folder, Split.TRAIN),
        PreferenceDataset.read(folder, Split.EVAL),
        encoder,
        spec);
  }

  /**
   * Encodes what a job learns from, and is selected by, of the two splits of a dataset.
   *
   * @throws PreferenceDataException if they lack what its loss needs
   */
  public static TrainingData of(
      List<PreferenceExample> train,
      List<PreferenceExample> eval,
      ExampleEncoder encoder,
      TrainingSpec spec) {
    TrainingData data =
        learnsAll(spec)
            ? of(train, eval, encoder)
            : of(lastPerPrompt(train), lastPerPrompt(eval), encoder);
    return data.requireFor(spec.loss());
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
    examples.forEach(example -> lastByPrompt.put(ExampleText.prompt(example), example));
    return lastByPrompt.values();
  }

  /** On all processors: texts are most of a large dataset's time, and no two of them depend. */
  private static List<TrainingExample> encode(
      Collection<PreferenceExample> examples, ExampleEncoder encoder) {
    List<PreferenceExample> inOrder = List.copyOf(examples);
    return IntStream.range(0, inOrder.size())
        .parallel()
        .mapToObj(i -> encoded(i, inOrder.get(i), encoder))
        .toList();
  }

  private static TrainingExample encoded(
      int index, PreferenceExample example, ExampleEncoder encoder) {
    boolean majority = example.hasBeliefs() && example.opinion().majority();
    return new TrainingExample(index, encoder.encode(example), target(example), majority);
  }

  private static float[] target(PreferenceExample example) {
    if (!example.hasBeliefs()) {
      return new float[0];
    }
    float[] target = new float[example.opinion().probabilities().size()];
    for (int belief = 0; belief < target.length; belief++) {
      target[belief] = example.opinion().probabilities().get(belief).floatValue();
    }
    return target;
  }

  /** Whether the examples tell beliefs. */
  public boolean hasBeliefs() {
    return train.get(0).target().length > 0;
  }

  /**
   * The same, if it has what a loss needs.
   *
   * @throws PreferenceDataException if not
   */
  public TrainingData requireFor(Loss loss) {
    boolean beliefs = hasBeliefs();
    if (Stream.of(train, eval)
        .flatMap(List::stream)
        .anyMatch(example -> example.target().length > 0 != beliefs)) {
      throw new PreferenceDataException(
          "some examples tell beliefs and others do not; a dataset is of one kind");
    }
    if (loss.needs(Loss.Need.BELIEFS) && !beliefs) {
      throw new PreferenceDataException(
          "loss "
              + loss.label()
              + " needs beliefs, and the examples of this dataset tell none: they are pairs of"
              + " responses. Take "
              + Stream.of(Loss.values())
                  .filter(other -> !other.needs(Loss.Need.BELIEFS))
                  .map(Loss::label)
                  .collect(Collectors.joining(", "))
              + ", or a dataset of opinions");
    }
    return this;
  }
}
