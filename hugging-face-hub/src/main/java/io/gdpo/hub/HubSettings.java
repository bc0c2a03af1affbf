package io.gdpo.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/**
 * How the Hub is reached and where its cache is: the environment variables that Python's {@code
 * huggingface_hub} reads, read once.
 *
 * @param endpoint without a slash at its end
 * @param cache the folder of the repositories' folders
 * @param token sent to the endpoint, and to no other host
 * @param offline whether only the cache is used
 * @param timeout without a byte, after which a connection counts as cut
 */
public record HubSettings(
    URI endpoint, Path cache, Optional<String> token, boolean offline, Duration timeout) {
  private static final String PUBLIC_HUB = "https://huggingface.co";
  private static final URI NOWHERE = URI.create("");
  private static final Set<String> TRUE = Set.of("1", "ON", "YES", "TRUE");

  /**
   * The settings of an environment: {@code HF_ENDPOINT}, {@code HF_HOME} ({@code XDG_CACHE_HOME}),
   * {@code HF_HUB_CACHE}, {@code HF_TOKEN} or the file {@code HF_TOKEN_PATH} (by default {@code
   * HF_HOME/token}), {@code HF_HUB_OFFLINE} (or else {@code TRANSFORMERS_OFFLINE}), {@code
   * HF_HUB_DOWNLOAD_TIMEOUT} (seconds).
   *
   * @throws IllegalArgumentException if one of them cannot be used; it is named
   */
  public static HubSettings of(Map<String, String> environment) {
    Environment given = new Environment(environment);
    Path home =
        given
            .path("HF_HOME")
            .orElseGet(
                () ->
                    given
                        .path("XDG_CACHE_HOME")
                        .orElseGet(() -> given.userHome().resolve(".cache"))
                        .resolve("huggingface"));
    return new HubSettings(
        given.endpoint(),
        given
            .path("HF_HUB_CACHE")
            .or(() -> given.path("HUGGINGFACE_HUB_CACHE"))
            .orElseGet(() -> home.resolve("hub"))
            .toAbsolutePath()
            .normalize(),
        given
            .token("HF_TOKEN")
            .or(() -> given.token("HUGGING_FACE_HUB_TOKEN"))
            .or(() -> tokenIn(given.path("HF_TOKEN_PATH").orElseGet(() -> home.resolve("token")))),
        given.offline(),
        given.timeout());
  }

  private static Optional<String> tokenIn(Path file) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(file).strip())
          .filter(token -> !token.isEmpty())
          .map(token -> token(token, "the Hub's token file " + file));
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "the Hub's token file " + file + " cannot be read: " + e, e);
    }
  }

  /** Without line breaks, which slip into tokens from shells and editors. Never quotes it. */
  private static String token(String text, String where) {
    String token = text.replaceAll("[\\r\\n]", "");
    if (!token.matches("[!-~]+")) {
      throw new IllegalArgumentException(
          where
              + " holds a blank, or another character that no token has; it must hold the token"
              + " alone, as hf_ and letters and digits");
    }
    return token;
  }

  /** Whether an address has the endpoint's scheme, host and port, and so may see the token. */
  boolean isEndpoint(URI uri) {
    return Origin.of(uri).isPresent() && Origin.of(uri).equals(Origin.of(endpoint));
  }

  /** Without the token. */
  @Override
  public String toString() {
    return "HubSettings[endpoint=%s, cache=%s, token=%s, offline=%s, timeout=%s]"
        .formatted(endpoint, cache, token.isPresent() ? "given" : "none", offline, timeout);
  }

  private record Environment(Map<String, String> variables) {
    /** Empty is as good as absent. */
    Optional<String> text(String name) {
      return Stream.ofNullable(variables.get(name))
          .map(String::strip)
          .filter(value -> !value.isEmpty())
          .findFirst();
    }

    Optional<Path> path(String name) {
      return text(name)
          .map(
              value ->
                  value.equals("~") || value.startsWith("~/")
                      ? Path.of(userHome() + value.substring(1))
                      : Path.of(value));
    }

    Path userHome() {
      return Path.of(text("HOME").orElseGet(() -> System.getProperty("user.home")));
    }

    Optional<String> token(String name) {
      return text(name).map(value -> HubSettings.token(value, name));
    }

    boolean offline() {
      return text("HF_HUB_OFFLINE")
          .or(() -> text("TRANSFORMERS_OFFLINE"))
          .filter(value -> TRUE.contains(value.toUpperCase(Locale.ROOT)))
          .isPresent();
    }

    URI endpoint() {
      String value = text("HF_ENDPOINT").orElse(PUBLIC_HUB).replaceAll("/+$", "");
      return Origin.resolve(NOWHERE, value)
          .orElseThrow(
              () ->
                  new IllegalArgumentException(
                      "HF_ENDPOINT must be an http or https address with a host of letters, digits,"
                          + " '-' and '.', is '"
                          + value
                          + "'"));
    }

    Duration timeout() {
      String seconds = text("HF_HUB_DOWNLOAD_TIMEOUT").orElse("10");
      if (!seconds.matches("[1-9][0-9]{0,5}")) {
        throw new IllegalArgumentException(
            "HF_HUB_DOWNLOAD_TIMEOUT must be a whole number of seconds, is '" + seconds + "'");
      }
      return Duration.ofSeconds(Long.parseLong(seconds));
    }
  }
}
