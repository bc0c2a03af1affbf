package io.gdpo.evaluator.evaluation;

import io.smallrye.config.ConfigMapping;
import java.time.Duration;
import java.util.Optional;

/** How long evaluations are kept. */
@ConfigMapping(prefix = "gdpo.retention")
interface EvaluationRetentionSettings {
  /**
   * How long an evaluation is kept after its end, such as {@code 365d}; an experiment's report has
   * no more of it then. Default: until its experiment is deleted.
   */
  Optional<Duration> evaluations();
}
