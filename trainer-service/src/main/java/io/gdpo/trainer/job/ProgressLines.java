package io.gdpo.trainer.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.process.Pieces;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.TrainingProgress;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.Logger;

/** Reads pieces of progress that some process wrote; what cannot be read is passed over. */
final class ProgressLines {
  private static final Logger LOG = Logger.getLogger(ProgressLines.class);

  private ProgressLines() {}

  static List<Long> numbersAfter(Pieces pieces, long number) {
    try {
      return pieces.numbersAfter(number);
    } catch (UncheckedIOException e) {
      LOG.warnf("Progress is not told: %s", Reason.of(e));
      return List.of();
    }
  }

  static List<TrainingProgress> of(Pieces pieces, long number) {
    List<TrainingProgress> lines = new ArrayList<>();
    try {
      for (String line : pieces.read(number).lines()) {
        try {
          lines.add(Json.EVENTS.readValue(line, TrainingProgress.class));
        } catch (JsonProcessingException e) {
          LOG.debugf("%s: no line of progress: %s", pieces.folder(), e.getOriginalMessage());
        }
      }
    } catch (UncheckedIOException | ArtifactMissingException e) {
      LOG.warnf("A piece of progress is passed over: %s", Reason.of(e));
    }
    return lines;
  }
}
