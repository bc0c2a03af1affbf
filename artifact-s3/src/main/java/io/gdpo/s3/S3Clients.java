package io.gdpo.s3;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.retry.RetryMode;
import software.amazon.awssdk.http.urlconnection.UrlConnectionHttpClient;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ClientBuilder;

/** One client for each way to reach a server, for this process' life. */
final class S3Clients {
  private static final Map<S3Settings, S3Client> OPEN = new ConcurrentHashMap<>();

  private S3Clients() {}

  /**
   * The client of these settings.
   *
   * @throws IllegalArgumentException if something is missing that it needs
   */
  static S3Client of(S3Settings settings) {
    return OPEN.computeIfAbsent(settings, S3Clients::open);
  }

  private static S3Client open(S3Settings settings) {
    S3ClientBuilder builder =
        S3Client.builder()
            .forcePathStyle(settings.pathStyle())
            .serviceConfiguration(service -> service.chunkedEncodingEnabled(false))
            .httpClientBuilder(
                UrlConnectionHttpClient.builder()
                    .connectionTimeout(Duration.ofSeconds(5))
                    .socketTimeout(Duration.ofMinutes(1)))
            .overrideConfiguration(override -> override.retryStrategy(RetryMode.STANDARD));
    settings.region().map(Region::of).ifPresent(builder::region);
    settings.endpoint().ifPresent(builder::endpointOverride);
    try {
      return builder.build();
    } catch (SdkClientException e) {
      throw new IllegalArgumentException(
          "S3 cannot be asked: " + e.getMessage() + " Set AWS_REGION to the bucket's region", e);
    }
  }
}
