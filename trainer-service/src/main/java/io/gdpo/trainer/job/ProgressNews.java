package io.gdpo.trainer.job;

import io.gdpo.artifacts.process.Pieces;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What running jobs have told of their progress since it was last asked for. Best effort: after a
 * restart of the service it begins behind what the row says was told, and a line that cannot be
 * read is passed over. Used by one thread.
 */
final class ProgressNews {
  private final Map<String, Told> told = new HashMap<>();

  /** Up to which piece, and which line, a job's progress was told. */
  record Told(long piece, long step, boolean evaluated) {
    boolean isBefore(TrainingProgress line) {
      return line.step() > step || (line.step() == step && isEvaluation(line) && !evaluated);
    }

    Told with(TrainingProgress line) {
      return new Told(piece, line.step(), isEvaluation(line));
    }

    Told orFurther(ToldProgress known) {
      boolean further =
          known.step() > step || (known.step() == step && known.evaluated() && !evaluated);
      return further ? new Told(piece, known.step(), known.evaluated()) : this;
    }

    Told upTo(long read) {
      return new Told(read, step, evaluated);
    }

    static boolean isEvaluation(TrainingProgress line) {
      return line.phase() == Phase.EVAL;
    }
  }

  /**
   * Lines that nobody was told of yet.
   *
   * @param upTo where the pieces will have been told to when these were
   */
  record News(List<TrainingProgress> lines, Told upTo) {}

  /**
   * Lines that nobody was told of yet, in their order. An attempt that goes on from a checkpoint
   * writes the same lines again as the one before it, which are no news.
   *
   * @param known what the row says was told: before this service began, or by another replica that
   *     looked after the job meanwhile
   */
  News of(String jobId, Pieces pieces, ToldProgress known) {
    Told now = told.getOrDefault(jobId, new Told(0, -1, false)).orFurther(known);
    List<TrainingProgress> lines = new ArrayList<>();
    for (long number : ProgressLines.numbersAfter(pieces, now.piece)) {
      for (TrainingProgress line : ProgressLines.of(pieces, number)) {
        if (now.isBefore(line)) {
          lines.add(line);
          now = now.with(line);
        }
      }
      now = now.upTo(number);
    }
    return new News(lines, now);
  }

  /** The news of a job was told. */
  void told(String jobId, News news) {
    told.put(jobId, news.upTo());
  }

  /** The job is over. */
  void forget(String jobId) {
    told.remove(jobId);
  }
}
