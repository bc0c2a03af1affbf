package io.gdpo.s3;

import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.s3.model.S3Exception;

/**
 * What went wrong, in words of ours: the place, the server's code, what to do. A server's own words
 * may hold what a request was signed with and are not told.
 */
final class S3Failure {
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;

  private S3Failure() {}

  /** Whether a server said that there is no such file. */
  static boolean isMissing(SdkException e) {
    return e instanceof S3Exception told && "NoSuchKey".equals(code(told));
  }

  /** Whether a server did not write because the file is not, or not any more, as was said. */
  static boolean isOtherVersion(SdkException e) {
    return isMissing(e)
        || e instanceof S3Exception told
            && (told.statusCode() == PRECONDITION_FAILED || told.statusCode() == CONFLICT);
  }

  /**
   * A failure to throw.
   *
   * @param what was to be done, such as {@code read}
   */
  static UncheckedIOException of(S3Place place, String what, SdkException e) {
    return new UncheckedIOException(
        "%s cannot be %s: %s".formatted(place, what, why(place, e)), new IOException(e));
  }

  private static String why(S3Place place, SdkException e) {
    if (e instanceof S3Exception told) {
      return told(place, told) + "; see docs/how-to/store.md";
    }
    if (e instanceof SdkClientException && Reason.of(e).contains("credentials")) {
      return "there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or give the process a role;"
          + " see docs/how-to/store.md";
    }
    Throwable cause = e;
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return "the server was not reached, or broke off (%s). Look at AWS_ENDPOINT_URL_S3, AWS_REGION and the network"
        .formatted(Reason.of(cause));
  }

  private static String told(S3Place place, S3Exception e) {
    String code = code(e);
    String said = code + ", status " + e.statusCode();
    return switch (code) {
      case "NoSuchBucket" ->
          "there is no bucket '%s' (%s). Make it, or name another one in gdpo.artifacts"
              .formatted(place.bucket(), said);
      case "AccessDenied", "Forbidden" ->
          "access is denied (%s). Its credentials need s3:ListBucket on %s, and s3:GetObject, s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload on what lies in it"
              .formatted(said, place.bucket());
      case "InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken" ->
          "its credentials are not taken (%s). Look at AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or at the role"
              .formatted(said);
      case "PermanentRedirect",
          "AuthorizationHeaderMalformed",
          "IllegalLocationConstraintException" ->
          "the bucket is in another region (%s)%s. Set AWS_REGION to it"
              .formatted(said, region(e).isEmpty() ? "" : ": " + region(e));
      case "PreconditionFailed" -> "it was changed while it was read (" + said + "). Ask again";
      default ->
          "the server says %s%s"
              .formatted(said, e.requestId() == null ? "" : ", request " + e.requestId());
    };
  }

  private static String region(S3Exception e) {
    return e.awsErrorDetails() == null || e.awsErrorDetails().sdkHttpResponse() == null
        ? ""
        : e.awsErrorDetails()
            .sdkHttpResponse()
            .firstMatchingHeader("x-amz-bucket-region")
            .orElse("");
  }

  /** The server's code; what the status means where it gave none. */
  private static String code(S3Exception e) {
    if (e.awsErrorDetails() != null && e.awsErrorDetails().errorCode() != null) {
      return e.awsErrorDetails().errorCode();
    }
    return switch (e.statusCode()) {
      case 301 -> "PermanentRedirect";
      case 403 -> "AccessDenied";
      case 404 -> "NoSuchKey";
      case 412 -> "PreconditionFailed";
      default -> "no code";
    };
  }
}
