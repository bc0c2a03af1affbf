package io.gdpo.trainer.job;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import java.util.OptionalInt;

/** How many training processes this service runs, and how hard it tries. */
@ConfigMapping(prefix = "gdpo.jobs")
interface JobSettings {
  /** Training processes at one time; in a cluster by all replicas together. */
  @WithDefault("1")
  @Min(1)
  int maxParallel();

  /** Threads of each training process. Default: processors divided by {@code max-parallel}. */
  OptionalInt threads();

  /** Processes of one job that may die by themselves before the job fails. */
  @WithDefault("3")
  @Min(1)
  int maxAttempts();

  /** Between a process that died by itself and the next; doubled from failure to failure. */
  @WithDefault("2s")
  Duration pause();

  /** How long a process may take to stop when it was asked to: a step, and a checkpoint. */
  @WithDefault("60s")
  Duration grace();
}
