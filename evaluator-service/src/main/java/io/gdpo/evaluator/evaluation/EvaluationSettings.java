package io.gdpo.evaluator.evaluation;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.Optional;

/** How evaluations are run. */
@ConfigMapping(prefix = "gdpo.evaluation")
interface EvaluationSettings {
  /** Evaluations at one time; in a cluster by all replicas together. */
  @WithDefault("1")
  @Min(1)
  int maxParallel();

  /** Threads of an evaluation's process. Default: all processors. */
  Optional<Integer> threads();

  /** Processes of one evaluation that may fail by themselves before the evaluation does. */
  @WithDefault("3")
  @Min(1)
  int maxAttempts();

  /** Between a failed process and the next; doubled from failure to failure. */
  @WithDefault("2s")
  Duration pause();

  /** How long a process may take to stop when it was asked to. */
  @WithDefault("30s")
  Duration grace();
}
