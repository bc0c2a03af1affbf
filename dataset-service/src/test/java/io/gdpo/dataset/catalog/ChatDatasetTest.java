package io.gdpo.dataset.catalog;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;

import com.sun.net.httpserver.HttpServer;
import io.gdpo.embedded.InfrastructureResource;
import io.quarkus.test.common.ResourceArg;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.path.json.JsonPath;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A chat model writes a dataset's dialogues, asked by the worker, where that is allowed. */
@QuarkusTest
@WithTestResource(
    value = InfrastructureResource.class,
    scope = TestResourceScope.GLOBAL,
    initArgs = @ResourceArg(name = "database", value = "dataset"))
class ChatDatasetTest extends DatasetAsking {
  private static final String ANSWER =
      "{\"choices\":[{\"message\":{\"content\":\"%s\"},\"finish_reason\":\"stop\"}],"
          + "\"usage\":{\"prompt_tokens\":10,\"completion_tokens\":5}}";

  private static String dialogues() {
    return IntStream.rangeClosed(1, 5)
        .mapToObj(
            style ->
                "'style-%s':{'opening':'Hello.','question':'Way %s?','answers':{'1':'Oh yes.','2':'Oh no.'}}"
                    .formatted(style, style))
        .collect(Collectors.joining(",", "{", "}"))
        .replace("'", "\\\"");
  }

  private Map<String, Object> spec(String endpoint) throws IOException {
    Path survey =
        Files.writeString(
            folder.resolve("survey.csv"),
            """
            question,selections,options
            Is it so?,"{'A': [0.5, 0.5]}","['Yes', 'No']"
            Is it not so?,"{'A': [0.25, 0.75]}","['Yes', 'No']"
            """);
    return Map.of(
        "survey",
        survey.toString(),
        "group",
        "A",
        "synthesis",
        Map.of("model", "m", "endpoint", endpoint));
  }

  @Test
  void aChatModelOfThisMachineIsAskedByTheWorkerAndTheCardTellsOfIt() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/v1/chat/completions",
        exchange -> {
          calls.incrementAndGet();
          exchange.getRequestBody().readAllBytes();
          byte[] bytes = ANSWER.formatted(dialogues()).getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(200, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
    server.start();
    try {
      String id =
          post(spec("http://127.0.0.1:" + server.getAddress().getPort() + "/v1/"))
              .statusCode(202)
              .extract()
              .path("id");
      awaitState(id, "READY");

      JsonPath card = given().get("/datasets/" + id + "/card").jsonPath();
      assertThat(card.getInt("chat.questions")).isEqualTo(2);
      assertThat(card.getInt("chat.calls")).isEqualTo(2);
      assertThat(card.getInt("chat.input_tokens")).isEqualTo(20);
      assertThat(calls).hasValue(2);
      given().get("/datasets/" + id + "/samples").then().body(containsString("Oh yes."));
    } finally {
      server.stop(0);
    }
  }

  @Test
  void aChatModelElsewhereIsAskedOnlyWhereTheOperatorSaysSo() throws IOException {
    post(spec("http://10.1.2.3:8000/v1"))
        .statusCode(400)
        .body(containsString("dataset.synthesis.endpoint"))
        .body(containsString("gdpo.chat.endpoints"));
  }

  @ParameterizedTest
  @CsvSource({
    "http://127.0.0.1:8000/v1, , false, true",
    "http://LOCALHOST:8000/v1, , false, true",
    "http://[::1]:8000/v1, , false, true",
    "http://127.0.0.1:8000/v1, , true, false",
    "http://127.0.0.1.example/v1, , false, false",
    "http://10.1.2.3/v1, , false, false",
    "https://llm.example/v1, https://llm.example/v1/, true, true",
    "https://llm.example/v1, https://other.example https://llm.example/v1, true, true",
    "https://llm.example/v2, https://llm.example/v1, false, false",
    "http://llm.example/v1, https://llm.example/v1, false, false",
    "http://127.0.0.1:8000/v1, https://llm.example/v1, false, false"
  })
  void anEndpointIsAllowedWhereItIsListedOrIsThisMachinesAndNobodyIsAsked(
      String endpoint, String listed, boolean callersAreAsked, boolean allowed) {
    Optional<List<URI>> list =
        Optional.ofNullable(listed)
            .map(all -> Arrays.stream(all.split(" ")).map(URI::create).toList());

    assertThat(ChatEndpoints.isAllowed(URI.create(endpoint), list, callersAreAsked))
        .isEqualTo(allowed);
  }
}
