package io.gdpo.trainer.experiment;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.trainer.support.ExperimentYaml;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;

/** The experiments that histories ask for, in short: see {@link ExperimentYaml}. */
final class ExperimentSpecs {
  /** Several experiments have the same dataset. */
  static final String COMMON_SOURCE = "file:/nowhere/common.jsonl";

  private static final List<List<String>> TREES =
      List.of(
          List.of("sft"),
          List.of("sft", "dpo<sft", "gdpo<sft"),
          List.of("sft", "gdpo<sft"),
          List.of("sft", "belief-sft", "dpo<sft", "gdpo<belief-sft"),
          List.of("sft", "crash-always<sft", "gdpo<sft"),
          List.of("diverging", "dpo<diverging", "sft"),
          List.of("sft", "unreadable<sft"),
          List.of("unstartable", "sft"),
          List.of("slow", "dpo<slow"));

  private static final Map<String, ExperimentSpec> READ = new ConcurrentHashMap<>();

  private ExperimentSpecs() {}

  static String name(int number) {
    return "experiment-" + number;
  }

  /** Some experiment under one of few names, so that names are met again. */
  static ExperimentSpec any(Random random, int names) {
    int number = random.nextInt(names);
    // Mostly the one that the name stood for before.
    int tree = random.nextInt(4) == 0 ? random.nextInt(TREES.size()) : number * 7 % TREES.size();
    return of(name(number), TREES.get(tree));
  }

  static ExperimentSpec of(String name, List<String> stages) {
    return READ.computeIfAbsent(
        name + stages, key -> read(ExperimentYaml.of(name, source(name), stages)));
  }

  private static String source(String name) {
    return name.matches("experiment-[1-3]") ? COMMON_SOURCE : "file:/nowhere/" + name + ".jsonl";
  }

  private static ExperimentSpec read(String yaml) {
    try {
      return Json.YAML_SPECS.readValue(yaml, ExperimentSpec.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
