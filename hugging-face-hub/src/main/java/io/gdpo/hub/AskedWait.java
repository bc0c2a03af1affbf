package io.gdpo.hub;

import java.net.http.HttpResponse;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/** The wait that a server asks for in an answer that is no success. */
final class AskedWait {
  /** For example {@code "api";r=0;t=55}: no request is left, and there are new ones in 55 s. */
  private static final Pattern NONE_LEFT =
      Pattern.compile("\"\\w+\"\\s*;\\s*r\\s*=\\s*0+\\s*;\\s*t\\s*=\\s*([0-9]{1,9})");

  private AskedWait() {}

  /**
   * By the Hub's {@code RateLimit} header, else by {@code Retry-After}, as Python's {@code
   * huggingface_hub} reads them.
   */
  static Optional<Duration> in(HttpResponse<?> response) {
    return response.headers().allValues("RateLimit").stream()
        .flatMap(value -> NONE_LEFT.matcher(value).results())
        .map(none -> Long.parseLong(none.group(1)))
        .max(Long::compare)
        // One second more: the Hub rounds.
        .map(seconds -> Duration.ofSeconds(seconds + 1))
        .or(() -> retryAfter(response));
  }

  private static Optional<Duration> retryAfter(HttpResponse<?> response) {
    return response
        .headers()
        .firstValue("Retry-After")
        .map(String::strip)
        .flatMap(
            value ->
                value.matches("[0-9]{1,9}")
                    ? Optional.of(Duration.ofSeconds(Long.parseLong(value)))
                    : until(value));
  }

  private static Optional<Duration> until(String date) {
    try {
      Duration wait =
          Duration.between(
              ZonedDateTime.now(ZoneOffset.UTC),
              ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME));
      return Optional.of(wait.isNegative() ? Duration.ZERO : wait);
    } catch (DateTimeException e) {
      // Neither of the two forms that the standard knows: as good as no header.
      return Optional.empty();
    }
  }
}
