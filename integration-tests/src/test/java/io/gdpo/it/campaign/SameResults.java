package io.gdpo.it.campaign;

import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Holds what experiments left behind against what an undisturbed one left: the same weights, bit
 * for bit, the same measures, the same files and no more.
 */
final class SameResults {
  private final Path artifacts;
  private final ExperimentView undisturbed;
  private final List<String> wrong = new ArrayList<>();

  SameResults(Path artifacts, ExperimentView undisturbed) {
    this.artifacts = artifacts;
    this.undisturbed = undisturbed;
    Set<String> unfinished =
        below(artifacts).stream()
            .filter(path -> path.matches("(.*/)?\\.[^/]+(/.*)?"))
            .collect(Collectors.toCollection(TreeSet::new));
    unfinished.forEach(path -> wrong.add("left over: " + path));
  }

  /** Checks an experiment that has ended; one that did not end well left no results. */
  void check(ExperimentView experiment) {
    if (!ToldOnce.succeeded(experiment)) {
      return;
    }
    for (int i = 0; i < experiment.stages().size(); i++) {
      check(experiment, experiment.stages().get(i), undisturbed.stages().get(i));
    }
  }

  private void check(ExperimentView experiment, StageView stage, StageView same) {
    String what = experiment.name() + "/" + stage.name();
    if (!stage.evaluation().metrics().equals(same.evaluation().metrics())) {
      wrong.add(
          "%s measures %s, undisturbed %s"
              .formatted(what, stage.evaluation().metrics(), same.evaluation().metrics()));
    }
    Path folder = artifacts.resolve("jobs").resolve(stage.jobId());
    Path expected = artifacts.resolve("jobs").resolve(same.jobId());
    if (!below(folder).equals(below(expected))) {
      wrong.add(
          "%s left the files %s, undisturbed %s".formatted(what, below(folder), below(expected)));
      return;
    }
    for (String file : below(folder)) {
      if (file.endsWith(".safetensors") && !same(folder.resolve(file), expected.resolve(file))) {
        wrong.add("%s has other weights than undisturbed: %s".formatted(what, file));
      }
    }
  }

  private static boolean same(Path one, Path other) {
    try {
      return Files.mismatch(one, other) < 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Files below a folder, by their path in it; how often progress was written is no result. */
  private static Set<String> below(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> folder.relativize(file).toString())
          .filter(file -> !file.contains("progress"))
          .collect(Collectors.toCollection(TreeSet::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  List<String> wrong() {
    return wrong;
  }
}
