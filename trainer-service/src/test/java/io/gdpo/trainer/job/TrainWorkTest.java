package io.gdpo.trainer.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.WorkKind;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import jakarta.persistence.EntityManager;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
class TrainWorkTest {
  @Inject TrainWork training;
  @Inject EntityManager database;

  @Test
  void aJobIsLaunchedWithTheMemoryThatWasPlannedForItWithItsProcessorsAndInItsPool() {
    WorkKind.Order planned = order(3_242_196_992L);

    assertThat(planned.needs().memoryBytes()).isEqualTo(3_242_196_992L);
    assertThat(planned.needs().processors()).isEqualTo(((TrainingJob) planned.task()).threads());
    assertThat(planned.needs().pool()).as("as its stage names it").isEqualTo("gpu");
    assertThat(planned.needs().grace()).as("as the test is set").hasSeconds(1);
    assertThat(order(null).needs().memoryBytes()).as("not known").isZero();
  }

  /** What an attempt would be told; nothing of it is kept. */
  private WorkKind.Order order(Long memoryBytes) {
    QuarkusTransaction.begin();
    try {
      Job job = new Job();
      job.id = "sft-0001";
      job.experiment = "x";
      job.stage = "sft";
      job.plan =
          new JobPlan(
              1,
              "file:/d",
              null,
              "file:/m",
              null,
              Json.SPECS.convertValue(Map.of("loss", "sft"), TrainingSpec.class),
              memoryBytes,
              "gpu");
      job.persist();
      database.flush();
      database.clear(); // what is read is what the row holds
      return training.begin(
          Work.waiting(job.id, TrainWork.VERB, "jobs/sft-0001", "x", Instant.EPOCH));
    } finally {
      QuarkusTransaction.rollback();
    }
  }
}
