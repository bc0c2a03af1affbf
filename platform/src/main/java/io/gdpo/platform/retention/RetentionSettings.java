package io.gdpo.platform.retention;

import io.quarkus.arc.Unremovable;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How often is looked for what goes; read by those who are scheduled so. */
@Unremovable
@ConfigMapping(prefix = "gdpo.retention")
interface RetentionSettings {
  /** How often is looked for what has been kept long enough. */
  @WithDefault("1h")
  Duration every();

  /** How often files of what was deleted are looked for, to delete them too. */
  @WithDefault("10s")
  Duration deleteEvery();
}
