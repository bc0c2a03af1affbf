package io.gdpo.trainer.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.event.TrainingProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgressFileTest {
  @TempDir Path folder;

  @Test
  void theLastTrainLineIsFoundBehindEvaluationsAndATornLine() throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("progress.jsonl"),
            """
            {"phase": "train", "step": 10}
            {"phase": "train", "step": 20}
            {"phase": "eval", "step": 20}
            {"phase": "train", "st""");
    assertThat(ProgressFile.lastTrainLine(file)).map(TrainingProgress::step).contains(20L);
  }

  @Test
  void aJobThatHasWrittenNothingHasNone() {
    assertThat(ProgressFile.lastTrainLine(folder.resolve("progress.jsonl"))).isEmpty();
  }
}
