package io.gdpo.data;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * A stored dataset: the three splits of one group's preference examples, as dataset-service leaves
 * them in a folder ({@code train.parquet}, {@code eval.parquet}, {@code test.parquet}).
 */
public record PreferenceDataset(
    List<PreferenceExample> train, List<PreferenceExample> eval, List<PreferenceExample> test) {

  public PreferenceDataset {
    train = List.copyOf(train);
    eval = List.copyOf(eval);
    test = List.copyOf(test);
  }

  /**
   * Reads all three splits.
   *
   * @throws PreferenceDataException if the folder or one of its files is missing or unreadable, or
   *     a split is empty
   */
  public static PreferenceDataset read(Path folder) {
    return new PreferenceDataset(
        read(folder, Split.TRAIN), read(folder, Split.EVAL), read(folder, Split.TEST));
  }

  /** Reads one split. */
  public static List<PreferenceExample> read(Path folder, Split split) {
    Path file = folder.resolve(split.fileName());
    if (!Files.isRegularFile(file)) {
      throw new PreferenceDataException(
          folder + " is not a dataset folder: it holds no " + split.fileName());
    }
    List<PreferenceExample> examples = PreferenceParquet.read(file);
    if (examples.isEmpty()) {
      throw new PreferenceDataException(file + " holds no example");
    }
    return examples;
  }

  /** Writes all three splits into an existing folder. */
  public void write(Path folder) {
    for (Split split : Split.values()) {
      PreferenceParquet.write(folder.resolve(split.fileName()), of(split));
    }
  }

  /** The examples of one split. */
  public List<PreferenceExample> of(Split split) {
    return switch (split) {
      case TRAIN -> train;
      case EVAL -> eval;
      case TEST -> test;
    };
  }
}
