package io.gdpo.group.examples;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.RecordLayout;
import io.gdpo.contracts.spec.DatasetSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Files of splits with records as tests write them, {@code '} for {@code "}. */
final class SplitRecords {
  private SplitRecords() {}

  /**
   * Writes them.
   *
   * @param train lines of the training split
   * @param others lines of each of the others
   */
  static void write(Path folder, String train, String others) throws IOException {
    Files.writeString(folder.resolve("train.jsonl"), json(train));
    Files.writeString(folder.resolve("eval.jsonl"), json(others));
    Files.writeString(folder.resolve("test.jsonl"), json(others));
  }

  static String json(String record) {
    return record.replace('\'', '"');
  }

  /**
   * Reads a folder of splits.
   *
   * @param by the column that tells a record's group; null if none does
   * @param kind what the records are; null if their fields tell
   * @param examples takes them
   */
  static ReadyExamples.Account read(
      Path folder, String by, RecordLayout kind, List<PreferenceExample> examples) {
    DatasetSpec spec =
        new DatasetSpec(null, null, folder.toString(), null, null, null, null, null, by, kind);
    return ReadyExamples.read(folder, spec, (split, example) -> examples.add(example));
  }
}
