package io.gdpo.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.CheckpointSaved;
import io.gdpo.contracts.event.DatasetCancelRequested;
import io.gdpo.contracts.event.DatasetRequested;
import io.gdpo.contracts.event.EvaluationCancelRequested;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.ExperimentCancelRequested;
import io.gdpo.contracts.event.ExperimentFinished;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.embedded.InfrastructureResource;
import io.gdpo.platform.problem.Page;
import io.gdpo.trainer.support.TestBroker;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.RestAssured;
import jakarta.inject.Inject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * What the simulation comes to, the service comes to on a real database, a real broker and real
 * processes.
 */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "trainer"))
@Timeout(300)
class ExperimentReplayTest {
  private static final int SEEDS = 20;

  @ConfigProperty(name = "kafka.bootstrap.servers")
  String bootstrapServers;

  @Inject ExperimentStore store;

  private final Random random = new Random(1);
  private final Set<Event> answered = new HashSet<>();

  @Test
  void twentySeedsEndInTheSameRows() throws InterruptedException {
    Map<ExperimentScript, List<String>> simulated =
        LongStream.rangeClosed(1, SEEDS)
            .boxed()
            .collect(Collectors.toMap(ExperimentScript::ofSeed, ExperimentReplayTest::simulated));
    try (TestBroker broker = new TestBroker(bootstrapServers)) {
      List<ExperimentScript> scripts = new ArrayList<>(simulated.keySet());
      Collections.shuffle(scripts, random);
      scripts.forEach(script -> script.commands().forEach(command -> send(broker, command)));
      Set<String> names =
          scripts.stream()
              .flatMap(script -> script.commands().stream())
              .map(command -> command.event().key())
              .collect(Collectors.toSet());
      await("the end of " + names.size() + " experiments")
          .atMost(Duration.ofSeconds(200))
          .until(
              () -> {
                answer(broker);
                return broker
                    .events(ExperimentFinished.class)
                    .map(ExperimentFinished::experiment)
                    .collect(Collectors.toSet())
                    .containsAll(names);
              });
      // One that had failed may have been asked for again.
      await("quiet").atMost(Duration.ofSeconds(30)).until(() -> isQuiet(broker, names));
    }
    simulated.forEach(
        (script, rows) -> assertThat(real(script)).as(script.prefix()).isEqualTo(rows));
  }

  private boolean isQuiet(TestBroker broker, Set<String> names) {
    answer(broker);
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                names.stream()
                    .allMatch(name -> store.experiment(name).orElseThrow().status.isTerminal()));
  }

  private static List<String> simulated(long seed) {
    Logger gdpo = Logger.getLogger("io.gdpo");
    Level before = gdpo.getLevel();
    gdpo.setLevel(Level.OFF);
    try {
      ExperimentScript script = ExperimentScript.ofSeed(seed);
      ExperimentSimulation history = new ExperimentSimulation(seed, script);
      history.run();
      return history.rows(script);
    } finally {
      gdpo.setLevel(before);
    }
  }

  private List<String> real(ExperimentScript script) {
    return QuarkusTransaction.requiringNew()
        .call(
            () ->
                ExperimentScript.rows(
                    store,
                    script.prefix(),
                    store.newestFirst(new Page(200, 0)).stream().map(it -> it.name).toList()));
  }

  private void send(TestBroker broker, ExperimentScript.Command command) {
    if (command.byEvent()) {
      String id = command.event().key() + random.nextInt();
      broker.send(command.event(), id);
      if (random.nextBoolean()) {
        broker.send(command.event(), id);
      }
    } else if (command.event() instanceof ExperimentSubmitted it) {
      RestAssured.given().contentType("application/json").body(json(it)).post("/experiments");
    } else if (command.event() instanceof ExperimentCancelRequested it) {
      RestAssured.given().post("/experiments/" + it.experiment() + "/cancel");
    }
  }

  private static String json(ExperimentSubmitted submitted) {
    try {
      return Json.EVENTS.writeValueAsString(submitted.spec());
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  /** The other services' part: late, in any order, and some of it twice. */
  private void answer(TestBroker broker) {
    List<Event> asked =
        new ArrayList<>(
            Stream.<Function<TestBroker, Stream<? extends Event>>>of(
                    it -> it.events(DatasetRequested.class),
                    it -> it.events(DatasetCancelRequested.class),
                    it -> it.events(CheckpointSaved.class),
                    it -> it.events(EvaluationCancelRequested.class))
                .flatMap(events -> events.apply(broker))
                .filter(ExperimentReplayTest::isOurs)
                .toList());
    Collections.shuffle(asked, random);
    for (Event event : asked) {
      if (answered.add(event)) {
        Event answer = ExperimentScript.answer(event).orElseThrow();
        broker.send(answer);
        if (random.nextInt(3) == 0) {
          broker.send(answer);
        }
      }
    }
  }

  private static boolean isOurs(Event event) {
    if (event instanceof DatasetRequested it) {
      return it.requestedBy() != null && it.requestedBy().startsWith("replay-");
    }
    if (event instanceof DatasetCancelRequested it) {
      return it.requestedBy() != null && it.requestedBy().startsWith("replay-");
    }
    if (event instanceof CheckpointSaved it) {
      return it.checkpoint().experiment().startsWith("replay-");
    }
    return event instanceof EvaluationCancelRequested;
  }
}
