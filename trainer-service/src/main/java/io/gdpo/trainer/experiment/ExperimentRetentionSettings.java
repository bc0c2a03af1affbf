package io.gdpo.trainer.experiment;

import io.smallrye.config.ConfigMapping;
import java.time.Duration;
import java.util.Optional;

/** How long what has ended is kept. */
@ConfigMapping(prefix = "gdpo.retention")
interface ExperimentRetentionSettings {
  /**
   * How long an experiment is kept after its end, such as {@code 365d}, with its jobs, models,
   * checkpoints and evaluations; longer while another one starts from a model of it. Default: until
   * somebody deletes it.
   */
  Optional<Duration> experiments();

  /**
   * How long what a job could go on from is kept after its end: optimizer state and weights of the
   * latest steps. Its models stay. Default: as long as its experiment.
   */
  Optional<Duration> checkpoints();
}
