package io.gdpo.dataset.upload;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** What people may upload. */
@ConfigMapping(prefix = "gdpo.uploads")
interface UploadSettings {
  /**
   * The largest file or folder that is taken, such as {@code 500M}. It passes through the service's
   * temporary folder.
   */
  @WithDefault("4G")
  MemorySize largest();

  /** Uploads that are taken at one time, by each replica. */
  @WithDefault("2")
  int atOnce();
}
