package io.gdpo.trainer.support;

import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.awaitility.Awaitility.await;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.contracts.view.ExperimentView.StageView;
import io.restassured.response.Response;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Predicate;

/** The service's REST interface as a person's script uses it. */
public final class Service {
  /** One that a fresh model can have. */
  public static final String TOKENIZER =
      Path.of("../examples/tokenizer.json").toAbsolutePath().normalize().toUri().toString();

  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private Service() {}

  public static Response submitYaml(String yaml) {
    return given().contentType("application/yaml").body(yaml.getBytes(UTF_8)).post("/experiments");
  }

  public static ExperimentView experiment(String name) {
    try {
      return Json.EVENTS.readValue(
          given().get("/experiments/" + name).then().statusCode(200).extract().asByteArray(),
          ExperimentView.class);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static StageView stage(String experiment, String stage) {
    return experiment(experiment).stages().stream()
        .filter(s -> s.name().equals(stage))
        .findFirst()
        .orElseThrow();
  }

  public static ExperimentView awaitExperiment(String name, Predicate<ExperimentView> holds) {
    return await("experiment " + name).atMost(PATIENCE).until(() -> experiment(name), holds);
  }

  public static StageView awaitStage(String experiment, String stage, Predicate<StageView> holds) {
    return await("stage " + stage + " of " + experiment)
        .atMost(PATIENCE)
        .until(() -> stage(experiment, stage), holds);
  }
}
