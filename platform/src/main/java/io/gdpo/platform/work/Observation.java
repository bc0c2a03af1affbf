package io.gdpo.platform.work;

import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.platform.launch.LaunchState;
import java.util.Optional;

/**
 * What can be seen of an attempt.
 *
 * @param process how its process fares
 * @param outcome what this attempt left; empty if it left nothing that can be read
 * @param traces what else it left, for words: why its outcome cannot be read, its log's last lines
 * @param memory what it said that it would need
 */
public record Observation(
    LaunchState process, Optional<WorkOutcome> outcome, String traces, Optional<String> memory) {

  static Observation of(LaunchState process) {
    return new Observation(process, Optional.empty(), "", Optional.empty());
  }

  static Observation of(LaunchState process, WorkOutcome outcome) {
    return new Observation(process, Optional.of(outcome), "", Optional.empty());
  }
}
