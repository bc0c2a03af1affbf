package io.gdpo.chat;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Where and how a model is asked.
 *
 * @param endpoint what {@code /chat/completions} stands behind
 * @param token sent to it; no part of what is kept, logged or told
 * @param timeout of one call, from its first byte to its last
 * @param retries after a call that failed and may succeed
 * @param firstWait before the first of them; doubled from one to the next
 * @param longestWait of the doubled ones
 * @param longestAskedWait the longest that a server may ask for; a longer one is a failure
 */
public record ChatServer(
    URI endpoint,
    Optional<String> token,
    Duration timeout,
    int retries,
    Duration firstWait,
    Duration longestWait,
    Duration longestAskedWait) {
  /** What a chat model is asked with, as a bearer token; it is sent to every endpoint alike. */
  public static final String TOKEN = "GDPO_CHAT_TOKEN";

  public ChatServer {
    token = token.map(String::strip).filter(it -> !it.isEmpty());
    if (token.isPresent() && !token.get().matches("[!-~]+")) {
      throw ChatException.lasting(
          TOKEN + " holds a character that no token has; it is one word of ASCII");
    }
  }

  /** As patient as a build is. */
  public static ChatServer patient(URI endpoint, Optional<String> token, Duration timeout) {
    return new ChatServer(
        endpoint,
        token,
        timeout,
        6,
        Duration.ofSeconds(1),
        Duration.ofSeconds(30),
        Duration.ofMinutes(5));
  }

  URI completions() {
    return URI.create(endpoint + "/chat/completions");
  }

  /** Between half and all of the doubled wait, so that calls that failed together part. */
  Duration waitBefore(int retry, double chance) {
    Duration doubled = firstWait.multipliedBy(1L << Math.min(retry - 1, 20));
    Duration wait = doubled.compareTo(longestWait) < 0 ? doubled : longestWait;
    return Duration.ofMillis(Math.round(wait.toMillis() * (0.5 + chance / 2)));
  }

  /** Without the token, which a record would print. */
  @Override
  public String toString() {
    return endpoint.toString();
  }
}
