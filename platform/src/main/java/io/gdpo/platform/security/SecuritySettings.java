package io.gdpo.platform.security;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.util.Optional;
import java.util.Set;

/** Whose word counts, and how much one caller may ask for. */
@ConfigMapping(prefix = "gdpo.security")
public interface SecuritySettings {

  /**
   * Topics whose writers may say who a command is from, in the CloudEvent's extension owner
   * (ce_owner). On others a command is from kafka, whatever it says.
   */
  Optional<Set<String>> trustedTopics();

  /** Most datasets, experiments and evaluations that one caller may ask for by REST in a minute. */
  @WithDefault("600")
  int submissionsPerMinute();
}
