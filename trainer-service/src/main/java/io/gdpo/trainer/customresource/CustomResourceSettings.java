package io.gdpo.trainer.customresource;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Experiments as objects of a Kubernetes cluster. */
@ConfigMapping(prefix = "gdpo.custom-resource")
interface CustomResourceSettings {
  /** Whether the cluster is asked for objects of the kind GdpoExperiment. */
  @WithDefault("false")
  boolean enabled();

  /** Namespace of the objects. Default: the service's own. */
  Optional<String> namespace();

  /** Time between two looks at the objects. */
  @WithDefault("2s")
  Duration lookEvery();

  /** Shortest time between two changes of one object's status that only tell of progress. */
  @WithDefault("15s")
  Duration tellEvery();

  /** Address of evaluator-service for who reads the objects; their reports are told below it. */
  Optional<String> evaluator();
}
