package io.gdpo.it.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** An experiment small enough for a test: three questions, a model of a few thousand weights. */
public final class TinyExperiment {
  private static final Path SURVEY = Path.of("src/test/resources/survey.csv");

  private TinyExperiment() {}

  /** The same experiment with a survey of its own: no other has its dataset built. */
  public static String withOwnSurvey(String experiment, Path copy) {
    try {
      Files.copy(SURVEY, copy);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return experiment.replace(uri(SURVEY), uri(copy));
  }

  /** SFT and GDPO, a few steps each, both evaluated. */
  public static String quick(String name) {
    return json(
        name,
        """
        {"name": "sft",
         "training": {"loss": "sft", "learning_rate": 1e-3, "batch_size": 8, "epochs": 1}},
        {"name": "gdpo", "parent": "sft",
         "training": {"loss": "gdpo", "learning_rate": 1e-3, "batch_size": 8, "epochs": 1}}
        """);
  }

  /** SFT of a few steps, evaluated. */
  public static String oneStage(String name) {
    return json(
        name,
        """
        {"name": "sft",
         "training": {"loss": "sft", "learning_rate": 1e-3, "batch_size": 8, "epochs": 1}}
        """);
  }

  /** One stage of {@code epochs} epochs that is checkpointed every ten steps, not evaluated. */
  public static String checkpointed(String name, int epochs) {
    return json(
        name,
        """
        {"name": "sft", "evaluate": false,
         "training": {"loss": "sft", "learning_rate": 1e-3, "batch_size": 4, "epochs": %d,
                      "eval_every": 2000, "checkpoint_every": 10}}
        """
            .formatted(epochs));
  }

  /** Two stages of {@code epochs} epochs that need each other for nothing, not evaluated. */
  public static String twoStages(String name, int epochs) {
    String stage =
        """
        {"name": "%s", "evaluate": false,
         "training": {"loss": "sft", "learning_rate": 1e-3, "batch_size": 8, "epochs": %d}}
        """;
    return json(name, stage.formatted("first", epochs) + ", " + stage.formatted("second", epochs));
  }

  /**
   * Stages of {@code epochs} epochs, each the child of the one before, checkpointed every ten steps
   * and evaluated.
   *
   * @param losses the stages', which are named after them
   */
  public static String resumable(String name, int epochs, String... losses) {
    StringBuilder stages = new StringBuilder();
    for (int i = 0; i < losses.length; i++) {
      stages.append(
          """
          %s{"name": "%s",%s
             "training": {"loss": "%s", "learning_rate": 1e-3, "batch_size": 4, "epochs": %d,
                          "eval_every": 100, "checkpoint_every": 10}}
          """
              .formatted(
                  i == 0 ? "" : ", ",
                  losses[i],
                  i == 0 ? "" : " \"parent\": \"" + losses[i - 1] + "\",",
                  losses[i],
                  epochs));
    }
    return json(name, stages.toString());
  }

  /** SFT and DPO on people's votes, which tell no beliefs; a district is a group. */
  public static String onVotes(String name) {
    return onData(
        name,
        "{\"examples\": \"%s\", \"by\": \"district\"}"
            .formatted(uri(Path.of("../examples/votes.jsonl"))),
        """
        {"name": "sft",
         "training": {"loss": "sft", "learning_rate": 1e-3, "batch_size": 8, "epochs": 1}},
        {"name": "dpo", "parent": "sft",
         "training": {"loss": "dpo", "learning_rate": 1e-3, "batch_size": 8, "epochs": 1}}
        """);
  }

  /** The same of both groups of its survey. */
  public static String ofTwoGroups(String experiment) {
    return experiment.replace("\"group\": \"Harbour\"", "\"groups\": [\"Harbour\", \"Hillside\"]");
  }

  private static String json(String name, String stages) {
    return onData(
        name,
        "{\"survey\": \"%s\", \"group\": \"Harbour\", \"synthesis\": {\"respondents\": 4}}"
            .formatted(uri(SURVEY)),
        stages);
  }

  private static String onData(String name, String dataset, String stages) {
    return """
        {"name": "%s", "seed": 1,
         "dataset": %s,
         "model": {"init": {"tokenizer": "%s",
                            "layers": 1, "hidden": 32, "heads": 2, "positions": 256}},
         "stages": [%s],
         "evaluation": {"samples": 1, "max_new_tokens": 16}}
        """
        .formatted(name, dataset, uri(Path.of("../examples/tokenizer.json")), stages);
  }

  private static String uri(Path file) {
    if (!Files.isRegularFile(file)) {
      throw new IllegalStateException("There is no " + file.toAbsolutePath());
    }
    return file.toAbsolutePath().normalize().toUri().toString();
  }
}
