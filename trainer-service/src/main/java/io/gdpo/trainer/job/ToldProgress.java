package io.gdpo.trainer.job;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What was told of a job's progress, as its row of work keeps it: written with the events that told
 * it, so that no line is told twice or never, whenever the service is killed.
 *
 * @param train the last train line; absent before the first
 * @param step of the last line of all; -1 before the first
 * @param evaluated whether that was an evaluation's
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record ToldProgress(TrainingProgress train, long step, boolean evaluated) {
  private static final Logger LOG = Logger.getLogger(ToldProgress.class);
  static final ToldProgress NOTHING = new ToldProgress(null, -1, false);

  /** Of a row; older versions kept the last train line only. */
  static ToldProgress of(String id, String json) {
    if (json == null) {
      return NOTHING;
    }
    try {
      JsonNode kept = Json.EVENTS.readTree(json);
      if (kept.has("phase")) {
        TrainingProgress line = Json.EVENTS.treeToValue(kept, TrainingProgress.class);
        return new ToldProgress(line, line.step(), false);
      }
      return Json.EVENTS.treeToValue(kept, ToldProgress.class);
    } catch (JsonProcessingException e) {
      LOG.warnf("The progress of %s cannot be read: %s", id, e.getOriginalMessage());
      return NOTHING;
    }
  }

  /** After one more line. */
  ToldProgress with(TrainingProgress line) {
    return new ToldProgress(
        line.phase() == Phase.TRAIN ? line : train, line.step(), line.phase() == Phase.EVAL);
  }

  Optional<TrainingProgress> lastTrainLine() {
    return Optional.ofNullable(train);
  }

  String json() {
    try {
      return Json.EVENTS.writeValueAsString(this);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("No JSON can be written of " + this, e);
    }
  }
}
