package io.gdpo.evaluator.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingProgress;
import java.util.ArrayList;
import java.util.List;

/**
 * What a training job told of its progress, as if no attempt of it had been interrupted.
 *
 * @param unreadable lines that are no progress, such as one torn by a crash; a report says so
 */
record JobProgress(List<TrainingProgress> lines, int unreadable) {
  static final JobProgress NONE = new JobProgress(List.of(), 0);

  JobProgress {
    lines = List.copyOf(lines);
  }

  static JobProgress parse(String jsonLines) {
    List<TrainingProgress> lines = new ArrayList<>();
    int unreadable = 0;
    for (String line : jsonLines.split("\n")) {
      if (!line.isBlank()) {
        try {
          lines.add(Json.EVENTS.readValue(line, TrainingProgress.class));
        } catch (JsonProcessingException torn) {
          unreadable++;
        }
      }
    }
    return new JobProgress(TrainingProgress.history(lines), unreadable);
  }
}
