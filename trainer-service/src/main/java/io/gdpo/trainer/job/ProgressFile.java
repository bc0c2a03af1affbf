package io.gdpo.trainer.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import io.gdpo.platform.work.TextTail;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Finds how far a job has come in its {@code progress.jsonl}, for those who ask about one job: its
 * row follows by Kafka, a little later.
 */
final class ProgressFile {
  private static final Logger LOG = Logger.getLogger(ProgressFile.class);
  private static final int LINES = 8;
  private static final int BYTES = 16 * 1024;

  private ProgressFile() {}

  /** The last complete train line among the file's last lines. */
  static Optional<TrainingProgress> lastTrainLine(Path file) {
    List<String> lines;
    try {
      lines = TextTail.of(file, LINES, BYTES);
    } catch (IOException e) {
      LOG.warnf("Cannot read %s: %s", file, e);
      return Optional.empty();
    }
    for (int i = lines.size() - 1; i >= 0; i--) {
      try {
        TrainingProgress progress = Json.EVENTS.readValue(lines.get(i), TrainingProgress.class);
        if (progress.phase() == Phase.TRAIN) {
          return Optional.of(progress);
        }
      } catch (JsonProcessingException torn) {
        LOG.debugf("%s: a line that is still being written: %s", file, torn.getOriginalMessage());
      }
    }
    return Optional.empty();
  }
}
