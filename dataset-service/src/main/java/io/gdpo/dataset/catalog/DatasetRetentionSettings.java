package io.gdpo.dataset.catalog;

import io.smallrye.config.ConfigMapping;
import java.time.Duration;
import java.util.Optional;

/** How long datasets are kept that nobody needs. */
@ConfigMapping(prefix = "gdpo.retention")
interface DatasetRetentionSettings {
  /**
   * How long a dataset is kept after somebody last asked for it, or the last experiment that
   * trained on it was deleted, such as {@code 90d}. Default: until somebody deletes it.
   */
  Optional<Duration> datasets();
}
