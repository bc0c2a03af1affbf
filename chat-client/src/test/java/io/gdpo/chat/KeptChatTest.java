package io.gdpo.chat;

import static io.gdpo.chat.MisbehavingServer.status;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class KeptChatTest {
  private static final ChatRequest REQUEST = ChatClientTest.REQUEST;

  private final Map<String, byte[]> kept = new TreeMap<>();
  private MisbehavingServer server;

  @BeforeEach
  void start() throws IOException {
    server = new MisbehavingServer();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private KeptChat chat(Spending spending) {
    ChatServer asked =
        new ChatServer(
            server.endpoint(),
            Optional.of("a-token-of-nobody"),
            Duration.ofSeconds(5),
            1,
            Duration.ofMillis(1),
            Duration.ofMillis(1),
            Duration.ofMillis(1));
    return chat(server.endpoint(), Optional.of(new ChatClient(asked, line -> {})), spending);
  }

  private KeptChat chat(URI endpoint, Optional<ChatClient> client, Spending spending) {
    return new KeptChat(
        endpoint,
        client,
        new Transcripts() {
          @Override
          public Optional<byte[]> find(String name) {
            return Optional.ofNullable(kept.get(name));
          }

          @Override
          public void keep(String name, byte[] transcript) {
            kept.put(name, transcript);
          }
        },
        spending);
  }

  private static Spending unbounded() {
    return new Spending(null, null, null, null);
  }

  private static ChatRequest other(String model, long seed, String content) {
    return new ChatRequest(
        model,
        seed,
        List.of(REQUEST.messages().get(0), new ChatRequest.Message("user", content)),
        REQUEST.schema(),
        REQUEST.mostTokens());
  }

  @Test
  void aCallIsKeptWithAllThatWasSentAndCameAndIsNotMadeTwice() {
    Spending first = unbounded();
    Spending second = unbounded();

    ChatAnswer answer = chat(first).ask(REQUEST).orElseThrow();
    ChatAnswer again = chat(second).ask(REQUEST).orElseThrow();

    assertThat(again).isEqualTo(answer);
    assertThat(server.requests).hasSize(1);
    assertThat(second.total()).isEqualTo(first.total()).isEqualTo(new Spending.Total(1, 30, 12));
    assertThat(kept.values())
        .singleElement()
        .satisfies(
            bytes ->
                assertThat(new String(bytes, StandardCharsets.UTF_8))
                    .contains("Is it so?", "\"content\":\"Yes.\"", server.endpoint().toString())
                    .doesNotContain("a-token-of-nobody"));
  }

  @Test
  void whatDiffersInModelSeedWordsOrServerIsAnotherCall() {
    KeptChat chat = chat(unbounded());
    List.of(
            REQUEST,
            other("n", 7, "Is it so?"),
            other("m", 8, "Is it so?"),
            other("m", 7, "Is it so"))
        .forEach(chat::ask);

    assertThat(server.requests).hasSize(4);
    assertThat(kept).hasSize(4);
    assertThat(
            chat(URI.create("http://127.0.0.1:1/v1"), Optional.empty(), unbounded()).ask(REQUEST))
        .isEmpty();
  }

  @Test
  void whatUtf8CannotHoldIsKeptAsItCame() {
    server.first(status(200, MisbehavingServer.GOOD.replace("Yes.", "Yes\\ud800 \u00e4")));

    chat(unbounded()).ask(REQUEST);

    assertThat(chat(unbounded()).ask(REQUEST)).map(ChatAnswer::text).contains("Yes\ud800 \u00e4");
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aCallThatFailedIsNotKept() {
    server.first(status(401, "no"));

    assertThatThrownBy(() -> chat(unbounded()).ask(REQUEST)).isInstanceOf(ChatException.class);
    assertThat(kept).isEmpty();
  }

  @Test
  void whoDoesNotAskIsGivenWhatIsKeptOnly() {
    KeptChat silent = chat(server.endpoint(), Optional.empty(), unbounded());

    assertThat(silent.ask(REQUEST)).isEmpty();
    chat(unbounded()).ask(REQUEST);
    assertThat(silent.ask(REQUEST)).map(ChatAnswer::text).contains("Yes.");
  }

  @Test
  void noCallIsMadeBeyondABudgetOfTokensAndWhatIsKeptIsGivenAllTheSame() {
    KeptChat chat = chat(new Spending(42L, null, null, null));
    chat.ask(REQUEST);

    assertThatThrownBy(() -> chat.ask(other("m", 8, "And this?")))
        .isInstanceOfSatisfying(ChatException.class, e -> assertThat(e.isPassing()).isFalse())
        .hasMessageContaining("spent after 1 calls: 42 tokens of at most 42 (tokens)")
        .hasMessageContaining("Raise it and ask again");
    assertThat(chat.ask(REQUEST)).isPresent();
    assertThat(server.requests).hasSize(1);
  }

  @Test
  void aBudgetOfMoneyEndsCallsByThePricesOfAMillionTokens() {
    Spending spending = new Spending(null, 0.0001, 2.0, 10.0);
    KeptChat chat = chat(spending);
    chat.ask(REQUEST);

    assertThat(spending.cost()).isEqualTo((30 * 2.0 + 12 * 10.0) / 1e6);
    assertThatThrownBy(() -> chat.ask(other("m", 8, "And this?")))
        .hasMessageContaining("0.0002 of at most 0.0001 (cost)");
    assertThat(unbounded().cost()).isNull();
  }

  @Test
  void aTranscriptThatCannotBeReadIsToldByItsName() {
    chat(unbounded()).ask(REQUEST);
    String name = kept.keySet().iterator().next();
    kept.put(name, "{".getBytes(StandardCharsets.UTF_8));

    assertThatThrownBy(() -> chat(unbounded()).ask(REQUEST))
        .isInstanceOf(ChatException.class)
        .hasMessageContaining(name)
        .hasMessageContaining("delete it");
  }
}
