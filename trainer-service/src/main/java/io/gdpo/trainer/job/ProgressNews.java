package io.gdpo.trainer.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import io.gdpo.platform.work.TextTail;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/**
 * What running jobs have written into their {@code progress.jsonl} since it was last asked for.
 * Best effort: after a restart of the service it begins behind the last step that is known, and a
 * line that cannot be read is passed over. Used by one thread.
 */
final class ProgressNews {
  private static final Logger LOG = Logger.getLogger(ProgressNews.class);

  /** Bytes that are read at once; what is left has its turn at the next look. */
  private static final int MOST_BYTES = 256 * 1024;

  private final Map<String, Told> told = new HashMap<>();

  /** Up to which byte, and which line, an attempt's file was told. */
  record Told(int attempt, long bytes, long step, boolean evaluated) {
    boolean isBefore(TrainingProgress line) {
      return line.step() > step || (line.step() == step && isEvaluation(line) && !evaluated);
    }

    Told with(TrainingProgress line) {
      return new Told(attempt, bytes, line.step(), isEvaluation(line));
    }

    static boolean isEvaluation(TrainingProgress line) {
      return line.phase() == Phase.EVAL;
    }
  }

  /**
   * Lines that nobody was told of yet.
   *
   * @param upTo where the file will have been told to when these were
   */
  record News(List<TrainingProgress> lines, Told upTo) {}

  /**
   * Lines that nobody was told of yet, in their order. An attempt that goes on from a checkpoint
   * writes the same lines again as the one before it, which are no news.
   *
   * @param file the job's {@code progress.jsonl}, which the attempt may rewrite when it begins
   * @param knownStep the last step that is known of the job, by whoever told it; -1 for none
   */
  News of(String jobId, int attempt, Path file, long knownStep) {
    Told before = told.getOrDefault(jobId, new Told(attempt, 0, knownStep, knownStep >= 0));
    try {
      if (before.attempt != attempt || Files.size(file) < before.bytes) {
        before = new Told(attempt, 0, before.step, before.evaluated);
      }
      List<TrainingProgress> lines = new ArrayList<>();
      Told now = before;
      byte[] bytes = TextTail.bytes(file, before.bytes, MOST_BYTES);
      int begin = 0;
      for (int i = 0; i < bytes.length; i++) {
        if (bytes[i] == '\n') {
          TrainingProgress line =
              line(file, new String(bytes, begin, i - begin, StandardCharsets.UTF_8));
          if (line != null && now.isBefore(line)) {
            lines.add(line);
            now = now.with(line);
          }
          begin = i + 1;
        }
      }
      return new News(lines, new Told(attempt, before.bytes + begin, now.step, now.evaluated));
    } catch (NoSuchFileException none) {
      return new News(List.of(), before);
    } catch (IOException e) {
      LOG.warnf("Cannot read %s: %s", file, e);
      return new News(List.of(), before);
    }
  }

  /** The news of a job was told. */
  void told(String jobId, News news) {
    told.put(jobId, news.upTo());
  }

  /** The job is over. */
  void forget(String jobId) {
    told.remove(jobId);
  }

  private static TrainingProgress line(Path file, String text) {
    try {
      return Json.EVENTS.readValue(text, TrainingProgress.class);
    } catch (JsonProcessingException e) {
      LOG.debugf("%s: no line of progress: %s", file, e.getOriginalMessage());
      return null;
    }
  }
}
