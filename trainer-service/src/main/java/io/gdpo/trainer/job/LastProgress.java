package io.gdpo.trainer.job;

import io.gdpo.artifacts.process.Pieces;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import java.util.List;
import java.util.Optional;

/**
 * Finds how far a job has come in what its process told, for those who ask about one job: its row
 * follows by Kafka, a little later.
 */
final class LastProgress {
  /** Pieces that are read; evaluations alone fill no more. */
  private static final int PIECES = 3;

  private LastProgress() {}

  /** The last train line. */
  static Optional<TrainingProgress> of(Pieces pieces) {
    List<Long> numbers = ProgressLines.numbersAfter(pieces, 0);
    for (int i = numbers.size() - 1; i >= Math.max(0, numbers.size() - PIECES); i--) {
      List<TrainingProgress> lines = ProgressLines.of(pieces, numbers.get(i));
      for (int line = lines.size() - 1; line >= 0; line--) {
        if (lines.get(line).phase() == Phase.TRAIN) {
          return Optional.of(lines.get(line));
        }
      }
    }
    return Optional.empty();
  }
}
