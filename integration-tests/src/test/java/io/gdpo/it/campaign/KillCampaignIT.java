package io.gdpo.it.campaign;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.Processes;
import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A campaign of one fault of each kind, on an experiment in its midst: what is killed or falls
 * silent is noticed, told and mended, and in the end all is as if nothing had happened. {@code
 * integration-tests/kill-campaign} draws longer ones.
 */
class KillCampaignIT {
  private static final Map<String, String> IMPATIENT =
      Map.of("GDPO_PROBE_EVERY", "1", "GDPO_PROBE_LIMIT", "3", "GDPO_PROBE_MISSES", "2");
  private static final Duration LIMIT = Duration.ofSeconds(180);
  private static final int EPOCHS = 30;

  /** A checkpoint is behind it by then. */
  private static final int STEPS_BEFORE_THE_FAULTS = 25;

  @Test
  void whatIsKilledComesBackAndAllIsAsIfNothingHadHappened(@TempDir Path home) throws Exception {
    try (KillCampaign campaign =
        new KillCampaign(
            home, IMPATIENT, name -> TinyExperiment.resumable(name, EPOCHS, "sft"), System.out)) {
      campaign.submit(KillCampaign.UNDISTURBED);
      campaign.submit("disturbed");
      try (Records records = new Records(campaign.stack())) {
        String job =
            records
                .await(
                    "the job",
                    LIMIT,
                    r -> r.is("JobStarted") && r.at("/experiment").equals("disturbed"))
                .key();
        records.await("its steps", LIMIT, r -> step(r, job, 1) >= STEPS_BEFORE_THE_FAULTS);

        campaign.strike("worker", Victim.TRAIN);
        silenceAndStrikeTheDatabase(campaign);

        assertThat(step(records.await("more steps", LIMIT, r -> step(r, job, 2) >= 0), job, 2))
            .as("the first step after the checkpoint")
            .isGreaterThan(10);
      }
      campaign.strike("control plane", Victim.TRAINER_SERVICE);
      awaitMended(campaign.stack());
      strikeTheSupervisor(campaign, home);

      campaign.awaitEnds();
      assertThat(campaign.end()).isEmpty();
    }
  }

  /** The step of a line that an attempt of the job told; -1 for every other record. */
  private static int step(Records.Seen record, String job, int attempt) {
    return record.is("JobProgressed")
            && record.key().equals(job)
            && record.json().at("/attempt").asInt() == attempt
        ? record.json().at("/progress/step").asInt()
        : -1;
  }

  private static void silenceAndStrikeTheDatabase(KillCampaign campaign) throws Exception {
    Stack stack = campaign.stack();
    ProcessHandle silent = stack.process("dataset-service").orElseThrow();
    new ProcessBuilder("kill", "-STOP", Long.toString(silent.pid())).start().waitFor();
    campaign.strike("database", Victim.DATABASE);

    Gdpo.Result told = Gdpo.run("status", "--home", stack.home().toString());
    assertThat(told.exitCode()).as(told.output() + told.errors()).isEqualTo(3);
    assertThat(told.output().lines().filter(line -> line.startsWith("dataset-service")))
        .singleElement()
        .asString()
        .contains("does not answer");
    assertThat(told.output()).contains("started again");
    await("the silent one has ended").atMost(LIMIT).until(() -> !silent.isAlive());
  }

  private static void awaitMended(Stack stack) {
    await("all parts answer again")
        .atMost(LIMIT)
        .untilAsserted(
            () -> {
              assertThat(stack.restarts("trainer-service")).isPositive();
              assertThat(stack.restarts("dataset-service")).isPositive();
              assertThat(stack.health()).hasSize(5).allMatch("ANSWERS"::equals);
            });
    assertThat(stack.said())
        .contains("postgresql ended with exit code 137 (signal 9)")
        .contains("postgresql was started again")
        .contains("dataset-service has not answered 2 questions in a row")
        .contains("trainer-service ended with exit code 137 (signal 9)")
        .contains("trainer-service was started again");
    Gdpo.Result mended = Gdpo.run("status", "--home", stack.home().toString());
    assertThat(mended.exitCode()).as(mended.output() + mended.errors()).isZero();
    assertThat(mended.output()).contains("disturbed").contains("(restarts: ");
  }

  private static void strikeTheSupervisor(KillCampaign campaign, Path home) throws Exception {
    List<ProcessHandle> family = Processes.of(home);
    assertThat(family).as("launcher, services, PostgreSQL, its guard").hasSizeGreaterThan(5);
    campaign.strike("supervisor", Victim.SUPERVISOR);
    await("what it had started has ended")
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(family).noneMatch(ProcessHandle::isAlive));
    Gdpo.Result second = Gdpo.run("up", "--home", home.toString());
    assertThat(second.exitCode()).isZero();
    assertThat(second.output()).contains("already");
  }
}
