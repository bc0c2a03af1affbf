package io.gdpo.s3;

import java.net.URI;
import java.util.Map;
import java.util.Optional;

/**
 * How S3, or what speaks as it does, is reached; told by environment variables, those of AWS' own
 * programs where they have one. Credentials are none of these: the SDK finds them.
 *
 * @param region empty if the SDK is to find it
 * @param endpoint empty for AWS' own
 * @param conditionalWrites whether the server knows {@code If-Match} of what is written
 * @param partBytes of a file that is sent in parts
 * @param pageKeys that a listing asks for at a time
 */
record S3Settings(
    Optional<String> region,
    Optional<URI> endpoint,
    boolean pathStyle,
    boolean conditionalWrites,
    long partBytes,
    int pageKeys) {
  /**
   * Whether a bucket's name stands in the path of a request instead of the host's name: {@code
   * true} or {@code false}. Default: {@code true} if {@code AWS_ENDPOINT_URL_S3} names a server.
   */
  static final String PATH_STYLE = "GDPO_STORE_PATH_STYLE";

  /**
   * Whether the server knows conditional writes, as AWS' does: {@code true} or {@code false}. With
   * {@code false} an attempt of a job that has been given up, and is about to notice, might still
   * replace the list of what the next one has published. Default: {@code true}.
   */
  static final String CONDITIONAL_WRITES = "GDPO_STORE_CONDITIONAL_WRITES";

  /**
   * Megabytes (2^20 bytes, 5 to 5120) of the parts in which a file is sent to S3 that has more;
   * four are sent at a time. Default: 32.
   */
  static final String PART_MEGABYTES = "GDPO_STORE_PART_MEGABYTES";

  private static final String REGION = "AWS_REGION";
  private static final String ENDPOINT = "AWS_ENDPOINT_URL_S3";
  private static final String ENDPOINT_OF_ALL = "AWS_ENDPOINT_URL";

  /** Servers that are not AWS' take any. */
  private static final String ANY_REGION = "us-east-1";

  private static final int MOST_KEYS = 1000;

  /**
   * As an environment tells.
   *
   * @throws IllegalArgumentException if one of them is wrong
   */
  static S3Settings of(Map<String, String> environment) {
    Optional<URI> endpoint =
        told(environment, ENDPOINT)
            .or(() -> told(environment, ENDPOINT_OF_ALL))
            .map(S3Settings::endpoint);
    return new S3Settings(
        told(environment, REGION).or(() -> endpoint.map(server -> ANY_REGION)),
        endpoint,
        truth(environment, PATH_STYLE).orElse(endpoint.isPresent()),
        truth(environment, CONDITIONAL_WRITES).orElse(true),
        told(environment, PART_MEGABYTES).map(S3Settings::megabytes).orElse(32L) << 20,
        MOST_KEYS);
  }

  private static Optional<String> told(Map<String, String> environment, String name) {
    return Optional.ofNullable(environment.get(name))
        .map(String::strip)
        .filter(value -> !value.isEmpty());
  }

  private static URI endpoint(String value) {
    URI endpoint = URI.create(value);
    if (endpoint.getHost() == null || !String.valueOf(endpoint.getScheme()).matches("https?")) {
      throw new IllegalArgumentException(
          ENDPOINT
              + " is a server's address, such as https://storage.example.org, is '"
              + value
              + "'");
    }
    return endpoint;
  }

  private static Optional<Boolean> truth(Map<String, String> environment, String name) {
    Optional<String> value = told(environment, name);
    if (value.filter(it -> !it.matches("true|false")).isPresent()) {
      throw new IllegalArgumentException(
          name + " is true or false, is '" + value.orElseThrow() + "'");
    }
    return value.map(Boolean::parseBoolean);
  }

  private static long megabytes(String value) {
    if (!value.matches("\\d{1,4}") || Long.parseLong(value) < 5 || Long.parseLong(value) > 5120) {
      throw new IllegalArgumentException(
          PART_MEGABYTES + " is a number from 5 to 5120, is '" + value + "'");
    }
    return Long.parseLong(value);
  }
}
