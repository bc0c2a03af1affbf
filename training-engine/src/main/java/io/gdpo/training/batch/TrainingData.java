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
    requireFor(spec.loss(), train, eval);
    return of(learnt(train, spec), learnt(eval, spec), encoder);
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

  /**
   * The examples of a split that a job learns from: all, but those without a chosen response where
   * the loss reads no other. The reference implementation's SFT sees one target for each distinct
   * prompt, the last row's; we do so only where asked to.
   */
  private static List<PreferenceExample> learnt(List<PreferenceExample> split, TrainingSpec spec) {
    if (spec.loss().readsRejected()) {
      return split;
    }
    List<PreferenceExample> chosen = split.stream().filter(it -> it.chosen() != null).toList();
    if (spec.loss() != Loss.SFT || spec.targets() != SftTargets.LAST_PER_PROMPT) {
      return chosen;
    }
    Map<String, PreferenceExample> lastByPrompt = new LinkedHashMap<>();
    chosen.forEach(example -> lastByPrompt.put(ExampleText.prompt(example), example));
    return List.copyOf(lastByPrompt.values());
  }

  /** Whether a job learns from every example of a split. */
  public static boolean learnsAll(List<PreferenceExample> split, TrainingSpec spec) {
    return learnt(split, spec).size() == split.size();
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
    float share = (float) example.share().orElse(Double.NaN);
    return new TrainingExample(index, encoder.encode(example), target(example), share, majority);
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
   * Refuses examples of which a loss cannot learn.
   *
   * @throws PreferenceDataException if they lack what it needs, or are not all of one kind
   */
  public static void requireFor(
      Loss loss, List<PreferenceExample> train, List<PreferenceExample> eval) {
    PreferenceExample.Kind kind = train.get(0).kind();
    Stream.of(train, eval)
        .flatMap(List::stream)
        .map(PreferenceExample::kind)
        .filter(other -> other != kind)
        .findFirst()
        .ifPresent(
            other -> {
              throw new PreferenceDataException(
                  "one example is "
                      + kind.words()
                      + " and another is "
                      + other.words()
                      + "; a dataset is of one kind");
            });
    boolean counted =
        Stream.of(train, eval).flatMap(List::stream).allMatch(e -> e.share().isPresent());
    String others =
        Stream.of(Loss.values())
            .filter(other -> other.learnsFrom(kind))
            .filter(other -> counted || !other.needs(Loss.Need.SHARES))
            .map(Loss::label)
            .collect(Collectors.joining(", "));
    if (!loss.learnsFrom(kind)) {
      throw new PreferenceDataException(
          "loss "
              + loss.label()
              + " needs "
              + (loss.needs(Loss.Need.BELIEFS) ? "beliefs" : "pairs")
              + ", and each example of this dataset is "
              + kind.words()
              + ". Take "
              + others
              + ", or a dataset of "
              + (loss.needs(Loss.Need.BELIEFS) ? "opinions" : "pairs"));
    }
    if (loss.needs(Loss.Need.SHARES) && !counted) {
      throw new PreferenceDataException(
          "loss "
              + loss.label()
              + " needs to know how many people prefer which response, and an example of this dataset"
              + " has no votes. Take "
              + others
              + ", or a dataset of votes or opinions");
    }
    if (!loss.readsRejected()
        && Stream.of(train, eval).anyMatch(s -> s.stream().allMatch(e -> e.chosen() == null))) {
      throw new PreferenceDataException(
          "loss "
              + loss.label()
              + " learns from good responses only, and a split of this dataset holds none; take kto,"
              + " or give both splits some");
    }
  }
}
