package io.gdpo.dataset.examples;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.dataset.DatasetException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Takes in preference examples that somebody else made: a folder with files for each split, or one
 * file, which is split by prompt (80 : 10 : 10, fixed by the seed), so that pairs with one prompt
 * stay together and test prompts are not trained on.
 */
public final class ReadyExamples {
  private static final Map<Split, Pattern> SPLIT_FILES =
      Map.of(
          Split.TRAIN, files("train"),
          Split.EVAL, files("eval|validation|valid|dev"),
          Split.TEST, files("test"));

  private ReadyExamples() {}

  private static Pattern files(String names) {
    return Pattern.compile("(?:" + names + ")(?:[-_.].*)?\\.(?:jsonl|json|parquet)");
  }

  /**
   * @throws DatasetException if anything is missing or wrong; names the file, the line or row, and
   *     the field
   */
  public static PreferenceDataset read(Path source, long seed) {
    PreferenceDataset dataset = Files.isDirectory(source) ? folder(source) : byPrompt(source, seed);
    for (Split split : Split.values()) {
      requireOneDistributionForEachQuestion(source, split, dataset.of(split));
    }
    return dataset;
  }

  private static PreferenceDataset folder(Path folder) {
    Map<Split, List<PreferenceExample>> splits = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      List<Path> files = filesOf(folder, split);
      if (files.isEmpty()) {
        throw new DatasetException(
            folder
                + " has no file for the split '"
                + split.fileName().replace(".parquet", "")
                + "'; it must hold train, eval and test files (.jsonl, .json or .parquet)");
      }
      List<PreferenceExample> examples = new ArrayList<>();
      files.forEach(file -> examples.addAll(ExampleFile.read(file)));
      if (examples.isEmpty()) {
        throw new DatasetException(files.get(0) + " holds no example: a split must not be empty");
      }
      splits.put(split, examples);
    }
    return new PreferenceDataset(
        splits.get(Split.TRAIN), splits.get(Split.EVAL), splits.get(Split.TEST));
  }

  private static List<Path> filesOf(Path folder, Split split) {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> SPLIT_FILES.get(split).matcher(file.getFileName().toString()).matches())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new DatasetException("Cannot list " + folder + ": " + e.getMessage(), e);
    }
  }

  private static PreferenceDataset byPrompt(Path file, long seed) {
    List<PreferenceExample> examples = ExampleFile.read(file);
    Set<String> distinct = new LinkedHashSet<>();
    examples.forEach(example -> distinct.add(prompt(example)));
    List<String> prompts = new ArrayList<>(distinct);
    if (prompts.size() < Split.values().length) {
      throw new DatasetException(
          file
              + " holds "
              + prompts.size()
              + " different prompts, too few to split; give a folder with train, eval and test"
              + " files");
    }
    Collections.shuffle(prompts, new Random(seed));
    int tenth = Math.max(1, prompts.size() / 10);
    Set<String> eval = new HashSet<>(prompts.subList(0, tenth));
    Set<String> test = new HashSet<>(prompts.subList(tenth, 2 * tenth));
    return new PreferenceDataset(
        examples.stream()
            .filter(e -> !eval.contains(prompt(e)) && !test.contains(prompt(e)))
            .toList(),
        examples.stream().filter(e -> eval.contains(prompt(e))).toList(),
        examples.stream().filter(e -> test.contains(prompt(e))).toList());
  }

  private static String prompt(PreferenceExample example) {
    return example.context() + "\n" + example.prompt();
  }

  private static void requireOneDistributionForEachQuestion(
      Path source, Split split, List<PreferenceExample> examples) {
    Map<String, List<Double>> known = new HashMap<>();
    for (PreferenceExample example : examples) {
      List<Double> first = known.putIfAbsent(example.questionId(), example.probabilities());
      if (first != null && !first.equals(example.probabilities())) {
        throw new DatasetException(
            source
                + ", split "
                + split
                + ": question '"
                + example.questionId()
                + "' has two different distributions, "
                + first
                + " and "
                + example.probabilities()
                + "; examples of one question (same question_id, or same prompt without one) share"
                + " theirs");
      }
    }
  }
}
