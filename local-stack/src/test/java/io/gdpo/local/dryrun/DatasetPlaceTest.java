package io.gdpo.local.dryrun;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.local.service.Service;
import io.gdpo.local.service.ServiceAddresses;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is told of data that a worker cannot find by itself. */
class DatasetPlaceTest {
  private HttpServer server;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    answer("ready", 200, "{\"id\": \"ready\", \"state\": \"READY\", \"uri\": \"file:///d\"}");
    answer("begun", 200, "{\"id\": \"begun\", \"state\": \"REQUESTED\"}");
    answer("failed", 200, "{\"id\": \"failed\", \"state\": \"FAILED\", \"reason\": \"no rows\"}");
    answer("none", 404, "{\"detail\": \"There is no dataset 'none'\"}");
    server.start();
  }

  private void answer(String id, int status, String json) {
    server.createContext(
        "/datasets/" + id,
        exchange -> {
          byte[] body = json.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  @Test
  void aDatasetNamedByItsIdIsLookedUpInTheSystemThatRuns() throws IOException {
    assertThat(place("ready").uri()).contains("file:///d");
    assertThat(place("begun"))
        .isEqualTo(
            new DatasetPlace(
                Optional.empty(), Optional.of("the dataset 'begun' is REQUESTED"), false));
    assertThat(place("failed"))
        .isEqualTo(
            new DatasetPlace(
                Optional.empty(), Optional.of("the dataset 'failed' is FAILED: no rows"), true));
    assertThat(place("none").isMistake()).isTrue();
    assertThat(place("none").unknown().orElseThrow()).contains("There is no dataset 'none'");
  }

  @Test
  void withoutASystemItIsUnknownAndThatIsNoMistakeOfTheFile() throws IOException {
    DatasetPlace place = DatasetPlace.of(dataset("{\"id\": \"d\"}"), Optional.empty());

    ExperimentPlan plan = told("{\"id\": \"d\"}", place);

    assertThat(plan.problems()).isEmpty();
    assertThat(plan.data().unknown()).contains("'d' is named by its id", "gdpo up --detach");
  }

  @Test
  void aDatasetThatThereIsNotIsAProblemOfItsField() throws IOException {
    assertThat(told("{\"id\": \"none\"}", place("none")).problems())
        .extracting(SpecProblem::field)
        .containsExactly("dataset.id");
  }

  @Test
  void aSourceThatCannotBeReadIsAProblemInTheWordsOfTheWorker() throws IOException {
    String survey = "{\"survey\": \"file:///s.csv\", \"group\": \"Harbr\"}";

    assertThat(told(survey, DatasetPlace.of(dataset(survey), Optional.empty())).problems())
        .containsExactly(new SpecProblem("dataset", "by the worker"));
  }

  private DatasetPlace place(String id) throws IOException {
    return DatasetPlace.of(
        dataset("{\"id\": \"" + id + "\"}"),
        Optional.of(
            new ServiceAddresses() {
              @Override
              public List<Service> known() {
                return List.of(Service.DATASET);
              }

              @Override
              public URI url(Service service) {
                return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
              }
            }));
  }

  @Test
  void what_a_chat_model_has_yet_to_write_is_no_mistake() throws IOException {
    String survey = "{\"survey\": \"s.csv\", \"group\": \"Harbor\"}";
    DatasetPlace place = DatasetPlace.of(dataset(survey), Optional.empty());

    assertThat(told(survey, place).problems()).hasSize(1);
    ExperimentPlan later = told(survey, place, ", \"later\": true");
    assertThat(later.problems()).isEmpty();
    assertThat(later.data().unknown()).isEqualTo("by the worker");
  }

  private static ExperimentPlan told(String dataset, DatasetPlace place) throws IOException {
    return told(dataset, place, "");
  }

  private static ExperimentPlan told(String dataset, DatasetPlace place, String more)
      throws IOException {
    return DryRun.told(
        Json.EVENTS.readValue(
            """
            {"problems": [], "data": {"known": false, "unknown": "by the worker", "splits": {}%s}}
            """
                .formatted(more),
            ExperimentPlan.class),
        Json.SPECS.readValue(
            "{\"name\": \"x\", \"dataset\": " + dataset + "}", ExperimentSpec.class),
        place);
  }

  private static DatasetSpec dataset(String json) throws IOException {
    return Json.SPECS.readValue(json, DatasetSpec.class);
  }
}
