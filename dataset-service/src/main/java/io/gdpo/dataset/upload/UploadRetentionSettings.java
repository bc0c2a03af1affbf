package io.gdpo.dataset.upload;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long uploads are kept that no dataset names. */
@ConfigMapping(prefix = "gdpo.retention")
interface UploadRetentionSettings {
  /**
   * How long an upload is kept after it was last uploaded; longer while a dataset names it. From
   * then on {@code gdpo collect} deletes it.
   */
  @WithDefault("30d")
  Duration uploads();
}
