package io.gdpo.it.killedservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.SharedStack;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What is killed in the middle of a job comes back and goes on where it was. */
@ExtendWith(SharedStack.class)
class KilledProcessesIT {
  private static final Duration LIMIT = Duration.ofSeconds(120);
  private static final int STEPS_BEFORE_THE_KILL = 25;

  @Test
  void anExperimentOutlivesItsControlPlane(Stack stack) {
    try (Records records = new Records(stack)) {
      stack.submit(TinyExperiment.checkpointed("killed-service", 120));
      awaitSteps(records, "killed-service");
      int restarts = stack.restarts("trainer-service");

      stack.process("trainer-service").destroyForcibly();

      Records.Seen finished = awaitFinished(records, "killed-service");
      assertThat(finished.at("/status")).as(finished.text()).isEqualTo("SUCCEEDED");
      assertThat(stack.restarts("trainer-service")).isEqualTo(restarts + 1);
      assertThat(stack.said())
          .contains("trainer-service ended")
          .contains("trainer-service was started again");
    }
  }

  @Test
  void aKilledTrainingProcessGoesOnFromItsCheckpoint(Stack stack) {
    try (Records records = new Records(stack)) {
      stack.submit(TinyExperiment.checkpointed("killed-job", 120));
      String job = awaitSteps(records, "killed-job");
      await("the training process is there")
          .atMost(LIMIT)
          .until(() -> !stack.jobs("trainer-service", "train").isEmpty());

      stack.jobs("trainer-service", "train").forEach(ProcessHandle::destroyForcibly);

      Records.Seen finished = awaitFinished(records, "killed-job");
      assertThat(finished.at("/status")).as(finished.text()).isEqualTo("SUCCEEDED");
      assertThat(stack.experiment("killed-job").stages().get(0).attempts()).isEqualTo(2);
      assertThat(records.all(r -> r.is("JobProgressed") && r.key().equals(job)))
          .filteredOn(r -> r.json().at("/attempt").asInt() == 2)
          .isNotEmpty()
          .allSatisfy(r -> assertThat(r.json().at("/progress/step").asInt()).isGreaterThan(10));
    }
  }

  /** Waits until a job is in its midst: some steps and at least one checkpoint behind it. */
  private static String awaitSteps(Records records, String experiment) {
    String job =
        records
            .await(
                "JobStarted of " + experiment,
                LIMIT,
                r -> r.is("JobStarted") && r.at("/experiment").equals(experiment))
            .key();
    records.await(
        "training of " + experiment,
        LIMIT,
        r ->
            r.is("JobProgressed")
                && r.key().equals(job)
                && r.json().at("/progress/step").asInt() >= STEPS_BEFORE_THE_KILL);
    return job;
  }

  private static Records.Seen awaitFinished(Records records, String experiment) {
    return records.await(
        "ExperimentFinished of " + experiment,
        LIMIT,
        r -> r.is("ExperimentFinished") && r.key().equals(experiment));
  }
}
