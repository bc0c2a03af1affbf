package io.gdpo.platform.work;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.platform.Infrastructure;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

@QuarkusTest
@WithTestResource(value = Infrastructure.class, scope = TestResourceScope.GLOBAL)
class WorkMetricsTest {
  @Inject WorkStore store;
  @Inject WorkMetrics metrics;

  @Test
  void workIsToldByKindStateAndPoolAndHowLongTheOldestWaits() {
    Instant hourAgo = Instant.now().minus(Duration.ofHours(1));
    Work waiting = Work.waiting("m1", "brew", "f", "tea", hourAgo);
    Work held = Work.waiting("m2", "brew", "f", "tea", hourAgo).begun(hourAgo).on("gpu");
    insert(waiting);
    insert(Work.waiting("m3", "brew", "f", "tea", hourAgo.minusSeconds(9999)).suspended(true));
    insert(held.waits("in a queue"));
    insert(Work.waiting("m4", "brew", "f", "tea", hourAgo).begun(hourAgo).on("gpu"));

    metrics.refresh();

    assertThat(told())
        .contains("gdpo_work_items{kind=\"brew\",pool=\"default\",state=\"waiting\"} 2.0")
        .contains("gdpo_work_items{kind=\"brew\",pool=\"gpu\",state=\"running\"} 2.0")
        .contains("gdpo_work_held_up{kind=\"brew\",pool=\"gpu\"} 1.0")
        .containsPattern("gdpo_work_oldest_waiting_seconds\\{kind=\"brew\"} 36\\d\\d\\.");
  }

  @Test
  void anAttemptThatFailsByItselfIsCountedAndOneThatWasInterruptedIsNot() {
    Instant now = Instant.now();
    Work running = Work.waiting("m5", "stew", "f", null, now).begun(now);

    WorkMetrics.count(running, new WorkDecision.Again(running.again("crash", true, now)));
    WorkMetrics.count(running, new WorkDecision.Again(running.again("evicted", false, now)));
    WorkMetrics.count(
        running,
        new WorkDecision.End(
            running.ended(WorkState.FAILED, "crash", true, now), Optional.<WorkOutcome>empty()));

    assertThat(told())
        .contains("gdpo_work_failures_total{kind=\"stew\"} 2.0")
        .contains("gdpo_work_ended_total{kind=\"stew\",state=\"failed\"} 1.0");
  }

  private void insert(Work work) {
    store.inTransaction(
        () -> {
          store.insert(work);
          return null;
        });
  }

  private static String told() {
    return given().get("/q/metrics").then().statusCode(200).extract().asString();
  }
}
