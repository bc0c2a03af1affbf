package io.gdpo.testmodels;

import ai.djl.Device;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.spec.CheckpointKind;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A world small enough to be evaluated in seconds: three questions, a byte-level tokenizer without
 * merges, and random models of one layer.
 */
public final class TinyWorld {
  public static final int POSITIONS = 96;
  public static final EvaluationSpec SPEC = new EvaluationSpec(null, null, 4, 12, 5L);

  private final Path folder;

  private TinyWorld(Path folder) {
    this.folder = folder;
  }

  /** Makes dataset, policy and reference under {@code folder}. */
  public static TinyWorld in(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("dataset"));
    examples().write(folder.resolve("dataset"));
    Path tokenizer = folder.resolve("tokenizer.json");
    ByteTokenizer.write(tokenizer);
    ModelConfig config = ModelConfig.gpt2(257, POSITIONS, 16, 1, 2);
    for (String model : List.of("policy", "reference")) {
      try (CausalLanguageModel random =
          CausalLanguageModel.random(config, model.length(), Device.cpu())) {
        random.save(folder.resolve(model), tokenizer);
      }
    }
    return new TinyWorld(folder);
  }

  /**
   * The same, made by a process of its own: libtorch can be loaded by one class loader of a JVM
   * only, and Quarkus tests have theirs.
   */
  public static TinyWorld madeApart(Path folder) throws IOException {
    Process maker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                TinyWorld.class.getName(),
                folder.toString())
            .inheritIO()
            .start();
    if (maker.onExit().join().exitValue() != 0) {
      throw new IllegalStateException("The tiny world could not be made; see the output");
    }
    return new TinyWorld(folder);
  }

  public static void main(String... args) throws IOException {
    in(Path.of(args[0]));
  }

  public Path dataset() {
    return folder.resolve("dataset");
  }

  public Path policy() {
    return folder.resolve("policy");
  }

  public Path reference() {
    return folder.resolve("reference");
  }

  /** A checkpoint of stage {@code dpo}, with a reference. */
  public Checkpoint checkpoint(String id, String experiment) {
    return new Checkpoint(
        id,
        "job-" + id,
        experiment,
        "dpo",
        "dpo",
        CheckpointKind.BEST,
        40,
        policy().toUri().toString(),
        reference().toUri().toString(),
        dataset().toUri().toString(),
        folder.resolve("progress.jsonl").toUri().toString(),
        0.1,
        POSITIONS,
        60);
  }

  private static PreferenceDataset examples() {
    List<PreferenceExample> examples = new ArrayList<>();
    for (String style : List.of("a", "b")) {
      add(examples, "bees", style, "Bees?", List.of(0.0, 0.25, 0.0, 0.0, 0.0, 0.75));
      add(examples, "rain", style, "Rain?", List.of(0.1, 0.5, 0.0, 0.0, 0.0, 0.4));
      add(examples, "tram", style, "Tram?", List.of(0.0, 0.0, 0.0, 0.0, 0.0, 1.0));
    }
    return new PreferenceDataset(examples, examples, examples);
  }

  private static void add(
      List<PreferenceExample> examples,
      String question,
      String style,
      String prompt,
      List<Double> target) {
    List<String> options = List.of("Yes", "No", "Unsure");
    boolean majorityFavours = target.get(5) >= target.get(1);
    examples.add(
        PreferenceExample.ofOpinion(
            question,
            style,
            prompt,
            style + ": ",
            options,
            5,
            "Yes",
            " Sure.",
            1,
            "No",
            " Never!",
            target,
            majorityFavours));
    if (target.get(1) > 0) {
      examples.add(
          PreferenceExample.ofOpinion(
              question,
              style,
              prompt,
              style + ": ",
              options,
              1,
              "No",
              " Never!",
              0,
              "Unsure",
              " Hm.",
              target,
              !majorityFavours));
    }
  }
}
