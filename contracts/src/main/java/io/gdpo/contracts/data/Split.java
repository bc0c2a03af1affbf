package io.gdpo.contracts.data;

import io.gdpo.contracts.Choice;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The three splits of a dataset; settings are chosen on eval and reported on test. */
public enum Split implements Choice {
  TRAIN("train"),
  EVAL("eval|validation|valid|dev"),
  TEST("test");

  private final Pattern files;

  Split(String names) {
    this.files =
        Pattern.compile(
            "(?:" + names + ")(?:[-_.].*)?\\.(?:(?:jsonl|json|csv|tsv)(?:\\.gz|\\.zst)?|parquet)");
  }

  /** The split whose file in a folder of examples is called so; empty if it is none of them. */
  public static Optional<Split> ofFile(String name) {
    return Stream.of(values()).filter(split -> split.files.matcher(name).matches()).findFirst();
  }

  /** File name inside the dataset's artifact folder. */
  public String fileName() {
    return label() + ".parquet";
  }
}
