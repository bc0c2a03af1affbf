package io.gdpo.platform.event;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import java.time.Duration;

/** How a service sends and receives events; {@code gdpo.events.*} in its configuration. */
@ConfigMapping(prefix = "gdpo.events")
interface EventSettings {

  /** The CloudEvents source of what this service sends. */
  @WithDefault("/${quarkus.application.name}")
  String source();

  /** How often the relay looks for events whose commit it did not hear of. */
  @WithName("relay-interval")
  @WithDefault("1s")
  Duration relayInterval();

  /** How long the record of a handled event is kept; longer than Kafka keeps the event. */
  @WithName("inbox-retention")
  @WithDefault("30d")
  Duration inboxRetention();

  /** Whether missing topics are created at start, with one partition. */
  @WithName("create-topics")
  @WithDefault("true")
  boolean createTopics();
}
