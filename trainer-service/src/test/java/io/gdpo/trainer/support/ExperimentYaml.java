package io.gdpo.trainer.support;

import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Experiment files in short: stages by name, each with what it starts from, as in {@code dpo<sft}.
 */
public final class ExperimentYaml {
  private ExperimentYaml() {}

  /** An experiment on examples that are nowhere: only what the control plane does is asked for. */
  public static String of(String name, List<String> stages) {
    return of(name, "file:/nowhere/" + name + ".jsonl", stages);
  }

  /** An experiment on these examples. */
  public static String of(String name, String examples, List<String> stages) {
    return """
        name: %s
        seed: 7
        dataset:
          examples: %s
          group: Riverside
        model:
          init:
            tokenizer: %s
        stages:
        """
            .formatted(name, examples, Service.TOKENIZER)
        + stages.stream().map(ExperimentYaml::stage).collect(Collectors.joining());
  }

  private static String stage(String stage) {
    List<String> parts = List.of(stage.split("<"));
    Optional<String> parent = parts.stream().skip(1).findFirst();
    return "  - name: %s\n%s    training: {loss: %s}\n"
        .formatted(
            parts.get(0),
            parent.map(p -> "    parent: " + p + "\n").orElse(""),
            parent.isEmpty() ? "sft" : parts.get(0).equals("gdpo") ? "gdpo" : "dpo");
  }
}
