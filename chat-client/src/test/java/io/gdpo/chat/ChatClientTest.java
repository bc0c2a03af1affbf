package io.gdpo.chat;

import static io.gdpo.chat.MisbehavingServer.GOOD;
import static io.gdpo.chat.MisbehavingServer.cut;
import static io.gdpo.chat.MisbehavingServer.endless;
import static io.gdpo.chat.MisbehavingServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import io.gdpo.chat.ChatRequest.Message;
import io.gdpo.chat.MisbehavingServer.Behaviour;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChatClientTest {
  private static final String SILENT = "nothing came within 0.3 s";
  private static final String TOKEN = "a-token-of-nobody";

  static final ChatRequest REQUEST =
      new ChatRequest(
          "m",
          7,
          List.of(new Message("system", "Be short."), new Message("user", "Is it so?")),
          JsonNodeFactory.instance.objectNode().put("type", "object"),
          100);

  private final List<String> log = new ArrayList<>();
  private MisbehavingServer server;
  private Duration timeout = Duration.ofSeconds(20);

  @BeforeEach
  void start() throws IOException {
    server = new MisbehavingServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private ChatClient client() {
    return new ChatClient(
        new ChatServer(
            server.endpoint(),
            Optional.of(TOKEN),
            timeout,
            2,
            Duration.ofMillis(2),
            Duration.ofMillis(5),
            Duration.ofSeconds(60)),
        log::add);
  }

  private String asked() {
    ChatClient.Call call = client().ask(REQUEST);
    return ChatAnswer.of(call.request(), call.response()).text();
  }

  static Stream<Arguments> whatPasses() {
    return Stream.of(
        passing("HTTP 429: slow down", it -> status(429, "slow down")),
        passing(
            "HTTP 429: wait; trying again in 0.0", it -> status(429, "wait", "Retry-After", "0")),
        passing("HTTP 500", it -> status(500, "{\"error\":{\"message\":\"oops\"}}")),
        passing("HTTP 503", it -> status(503, "")),
        passing(SILENT, MisbehavingServer::silent),
        passing(SILENT, MisbehavingServer::stalled),
        passing("the connection failed", it -> cut()),
        passing("the answer is longer than", it -> endless()),
        passing("no whole JSON", it -> status(200, GOOD.substring(0, 30))),
        passing("no whole JSON", it -> status(200, "<html>Bad gateway</html>")),
        passing("no answer: it has no text", it -> status(200, "{\"error\": \"busy\"}")),
        passing("no answer: it has no text", it -> status(200, "{\"choices\": []}")));
  }

  private static Arguments passing(String told, Function<MisbehavingServer, Behaviour> behaviour) {
    return arguments(told, behaviour);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("whatPasses")
  void whatMayPassIsAskedAgainAndThenTold(
      String told, Function<MisbehavingServer, Behaviour> behaviour) {
    if (told.equals(SILENT)) {
      timeout = Duration.ofMillis(300);
      server.first(behaviour.apply(server), behaviour.apply(server), behaviour.apply(server));
      assertThatThrownBy(this::asked).hasMessageContaining(SILENT).hasMessageContaining("3 times");
      return;
    }
    server.first(behaviour.apply(server), behaviour.apply(server));

    assertThat(asked()).isEqualTo("Yes.");
    assertThat(server.requests).hasSize(3);
    assertThat(log).hasSize(2).allSatisfy(line -> assertThat(line).contains(told));

    server.first(behaviour.apply(server), behaviour.apply(server), behaviour.apply(server));
    assertThatThrownBy(this::asked)
        .isInstanceOfSatisfying(ChatException.class, e -> assertThat(e.isPassing()).isTrue())
        .hasMessageContaining(told.replaceFirst("; .*", ""))
        .hasMessageContaining("tried 3 times");
  }

  @ParameterizedTest
  @CsvSource({
    "400, bad question, 'HTTP 400: bad question'",
    "422, bad question, 'HTTP 422: bad question'",
    "401, who are you, GDPO_CHAT_TOKEN",
    "403, not you, GDPO_CHAT_TOKEN",
    "404, no such model, 'most end with /v1'",
    "307, over there, 'Redirects are not followed'"
  })
  void whatIsRefusedIsToldAtOnceWithWhatToDo(int status, String words, String told) {
    server.first(status(status, words, "Location", server.endpoint() + "/elsewhere"));

    assertThatThrownBy(this::asked)
        .isInstanceOfSatisfying(
            ChatException.class,
            e ->
                assertThat(List.of(e.isPassing(), e.isOfRequest()))
                    .containsExactly(false, status == 400 || status == 422))
        .hasMessageContaining(told)
        .hasMessageContaining(words);
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void theRequestIsWhatTheApiKnows() {
    asked();

    assertThat(server.requests.get(0))
        .hasToString(
            "{'model':'m','messages':[{'role':'system','content':'Be short.'},{'role':'user','content':'Is it so?'}],'seed':7,'max_tokens':100,'response_format':{'type':'json_schema','json_schema':{'name':'answer','strict':true,'schema':{'type':'object'}}}}"
                .replace('\'', '"'));
    assertThat(server.tokens).containsExactly("Bearer " + TOKEN);
  }

  @ParameterizedTest
  @ValueSource(strings = {"response_format", "seed", "max_tokens"})
  void aFieldThatTheServerDoesNotKnowIsLeftOutFromThenOn(String field) {
    server.first(
        status(400, "{\"error\":{\"message\":\"Unsupported parameter: '" + field + "'\"}}"));
    ChatClient client = client();

    client.ask(REQUEST);
    client.ask(REQUEST);

    assertThat(server.requests)
        .extracting(request -> request.has(field))
        .containsExactly(true, false, false);
    assertThat(log).singleElement().asString().contains("does not take " + field);
  }

  @Test
  void aServerThatRefusesAFieldWhichIsNotSentIsNotAskedForEver() {
    Behaviour refusal = status(400, "response_format");
    server.first(refusal, refusal);

    assertThatThrownBy(this::asked).hasMessageContaining("HTTP 400: response_format");
    assertThat(server.requests).hasSize(2);
  }

  @Test
  void aServerThatAsksToWaitTooLongIsNotWaitedFor() {
    server.first(status(429, "come back", "Retry-After", "61"));

    assertThatThrownBy(this::asked).hasMessageContaining("asks to wait 61 s");
  }

  @Test
  void theTokenIsNowhereInWhatIsTold() {
    server.first(status(429, "wrong " + TOKEN), status(401, "Incorrect key: " + TOKEN));

    assertThatThrownBy(this::asked)
        .hasMessageContaining("Incorrect key: (secret)")
        .hasMessageNotContaining(TOKEN);
    assertThat(log).singleElement().asString().contains("wrong (secret)");
    assertThatThrownBy(
            () -> ChatServer.patient(server.endpoint(), Optional.of("a\nb"), Duration.ZERO))
        .isInstanceOf(ChatException.class)
        .hasMessageContaining("GDPO_CHAT_TOKEN holds a character that no token has")
        .hasMessageNotContaining("a\nb");
    assertThat(ChatServer.patient(server.endpoint(), Optional.of(TOKEN), Duration.ZERO))
        .asString()
        .doesNotContain(TOKEN);
  }

  @ParameterizedTest
  @CsvSource({
    "5, 5",
    "'Sat, 28 Nov 2026 12:00:30 GMT', 30",
    "'Sat, 28 Nov 2026 11:00:00 GMT', 0",
    "soon, ",
    "-3, ",
    "99999999999, "
  })
  void aWaitIsAskedForInSecondsOrByADate(String header, Long seconds) {
    assertThat(
            AskedWait.in(
                HttpHeaders.of(Map.of("Retry-After", List.of(header)), (name, value) -> true),
                Instant.parse("2026-11-28T12:00:00Z")))
        .isEqualTo(Optional.ofNullable(seconds).map(Duration::ofSeconds));
  }

  @Test
  void waitsDoubleUpToABoundAndAreSpread() {
    ChatServer patient = ChatServer.patient(server.endpoint(), Optional.empty(), Duration.ZERO);

    assertThat(Stream.of(1, 2, 3, 6, 60).map(retry -> patient.waitBefore(retry, 1).toSeconds()))
        .containsExactly(1L, 2L, 4L, 30L, 30L);
    assertThat(patient.waitBefore(2, 0)).isEqualTo(Duration.ofSeconds(1));
  }

  @Test
  void whatAServerDoesNotCountIsEstimated() throws IOException {
    server.first(
        status(
            200,
            "{\"choices\":[{\"message\":{\"content\":\"Yes, it is so.\"},\"finish_reason\":\"length\"}]}"));
    ChatClient.Call call = client().ask(REQUEST);

    assertThat(ChatAnswer.of(call.request(), call.response()))
        .isEqualTo(new ChatAnswer("Yes, it is so.", null, true, 7, 5));
  }

  @ParameterizedTest
  @CsvSource({
    "'{\"content\":null,\"refusal\":\"I would rather not\"}', stop, I would rather not",
    "'{\"content\":\"\"}', content_filter, 'the server''s filter held the answer back'"
  })
  void aRefusalIsToldAsOne(String message, String end, String refusal) {
    server.first(
        status(
            200,
            "{\"choices\":[{\"message\":" + message + ",\"finish_reason\":\"" + end + "\"}]}"));
    ChatClient.Call call = client().ask(REQUEST);

    assertThat(ChatAnswer.of(call.request(), call.response()))
        .returns(refusal, ChatAnswer::refusal)
        .returns("", ChatAnswer::text);
  }
}
