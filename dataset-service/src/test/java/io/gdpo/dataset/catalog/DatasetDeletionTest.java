package io.gdpo.dataset.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.hamcrest.Matchers.containsString;

import io.gdpo.contracts.event.Retention.DatasetHoldRequested;
import io.gdpo.contracts.event.Retention.DatasetReleaseRequested;
import io.gdpo.contracts.topic.Topics;
import io.gdpo.embedded.InfrastructureResource;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import jakarta.inject.Inject;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** A dataset stays for as long as somebody holds it. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class DatasetDeletionTest extends DatasetAsking {
  @Inject DatasetDeletion deletion;
  @Inject Holders holders;

  @Test
  void it_is_deleted_when_the_last_who_held_it_gave_it_back_and_built_anew_when_it_is_asked_for() {
    String id = "held-" + UUID.randomUUID();
    topic.request(UUID.randomUUID().toString(), id, requested(id, SURVEY, "Harbor"));
    Path folder = Path.of(URI.create(awaitState(id, "READY").getString("uri")));
    deletion.hold(new DatasetHoldRequested(id, "another"));

    given()
        .delete("/datasets/" + id)
        .then()
        .statusCode(409)
        .body("detail", containsString("is held by an-experiment, another; delete those"));
    deletion.release(new DatasetReleaseRequested(id, "an-experiment"));
    deletion.expire(id, Instant.now().plusSeconds(60));
    given().delete("/datasets/" + id).then().statusCode(409);
    deletion.release(new DatasetReleaseRequested(id, "another"));
    Instant back = Instant.now();
    deletion.expire(id, back.minusSeconds(60));
    given().get("/datasets/" + id).then().statusCode(200);
    assertThat(deletion.unheldSince(back.plusSeconds(1))).contains(id);

    deletion.expire(id, back.plusSeconds(1));
    given().get("/datasets/" + id).then().statusCode(404);
    awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetDeleted");
    topic.request(UUID.randomUUID().toString(), id, requested(id, SURVEY, "Harbor"));
    assertThat(Path.of(URI.create(awaitState(id, "READY").getString("uri")))).isEqualTo(folder);
    assertThat(folder.resolve("card.json")).isRegularFile();
    given().get("/datasets/" + id + "/card").then().statusCode(200);
  }

  @Test
  void one_that_is_held_goes_by_force() {
    String id = "forced-" + UUID.randomUUID();
    topic.request(UUID.randomUUID().toString(), id, requested(id, SURVEY, "Harbor"));
    Path folder = Path.of(URI.create(awaitState(id, "READY").getString("uri")));

    given().delete("/datasets/" + id + "?force=true").then().statusCode(204);

    await().atMost(Duration.ofSeconds(20)).until(() -> !Files.exists(folder));
    assertThat(QuarkusTransaction.requiringNew().call(() -> holders.of(id, 1))).isEmpty();
    given().delete("/datasets/" + id).then().statusCode(404);
  }

  @Test
  void one_that_is_being_built_is_to_be_cancelled_first() {
    String id = "building-" + UUID.randomUUID();
    QuarkusTransaction.requiringNew()
        .run(
            () -> {
              waiting(id).persist();
              work(id, "FAILED", 1, 1);
            });
    given()
        .delete("/datasets/" + id)
        .then()
        .statusCode(409)
        .body("detail", containsString("is being built; cancel that first"));
  }

  @Test
  void who_holds_one_that_is_gone_is_told() {
    String id = "never-" + UUID.randomUUID();
    deletion.hold(new DatasetHoldRequested(id, "an-experiment"));
    awaitEvent(Topics.DATASETS, id, "io.gdpo.DatasetDeleted");
    deletion.release(new DatasetReleaseRequested(id, "an-experiment"));
    given().get("/datasets/" + id).then().statusCode(404);
  }
}
