package io.gdpo.platform.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How a service sends and receives events. */
@ConfigMapping(prefix = "gdpo.events")
interface EventSettings {

  /** The CloudEvents source of what this service sends. */
  @WithDefault("/${quarkus.application.name}")
  String source();

  /** How often the relay looks for events whose commit it did not hear of. */
  @WithDefault("1s")
  Duration relayInterval();

  /** How long the record of a handled event is kept; longer than Kafka keeps the event. */
  @WithDefault("30d")
  Duration inboxRetention();

  /** Whether missing topics are created at start, with one partition. */
  @WithDefault("true")
  boolean createTopics();
}
