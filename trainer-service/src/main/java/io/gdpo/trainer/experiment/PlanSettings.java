package io.gdpo.trainer.experiment;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.constraints.Min;
import java.time.Duration;

/** How experiments are looked at before anything costly is done. */
@ConfigMapping(prefix = "gdpo.plans")
interface PlanSettings {
  /** Plans made at one time; in a cluster by all replicas together. */
  @WithDefault("2")
  @Min(1)
  int maxParallel();

  /** Processes of one plan that may fail by themselves before the experiment goes on without it. */
  @WithDefault("2")
  @Min(1)
  int maxAttempts();

  /** Between a failed process and the next; doubled from failure to failure. */
  @WithDefault("1s")
  Duration pause();

  /**
   * Whether a model or a dataset of the Hub is looked at there before a job or a build downloads
   * it: docs/reference/models.md.
   */
  @WithDefault("true")
  boolean askHub();

  /** How long a submission over REST waits for its plan, to answer with what is wrong. */
  @WithDefault("15s")
  Duration patience();
}
