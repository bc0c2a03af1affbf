package io.gdpo.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What the Hub tells of a repository before anything of it is downloaded: the commit and the files
 * of a revision, and the ETag and the size of a file.
 */
final class HubLookup {
  private static final int LONGEST_LISTING = 64 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

  private final HubRepository repository;
  private final HubSettings settings;
  private final HubRequests requests;
  private final HubRefusal refusal;
  private final RetryPolicy policy;
  private final DownloadListener listener;

  HubLookup(
      HubRepository repository,
      HubSettings settings,
      HubRequests requests,
      HubRefusal refusal,
      RetryPolicy policy,
      DownloadListener listener) {
    this.repository = repository;
    this.settings = settings;
    this.requests = requests;
    this.refusal = refusal;
    this.policy = policy;
    this.listener = listener;
  }

  /**
   * What a revision is.
   *
   * @param files paths of all files in the repository
   */
  record Revision(String commit, Set<String> files) {}

  /** The revision that is asked for. */
  Revision revision() {
    byte[] answer =
        answer(
            "GET",
            requests.revision(),
            Optional.empty(),
            response -> response.body().all(LONGEST_LISTING));
    try {
      JsonNode info = JSON.readTree(answer);
      Set<String> files = new HashSet<>();
      info.path("siblings").forEach(file -> files.add(file.path("rfilename").asText()));
      if (HubRepository.isCommit(info.path("sha").asText())) {
        return new Revision(info.path("sha").asText(), files);
      }
      throw noHub("its answer for the revision names no commit", null);
    } catch (IOException e) {
      throw noHub("its answer for the revision is no JSON", e);
    }
  }

  /**
   * What {@code HEAD} tells of a file.
   *
   * @param size in bytes; not every server tells it
   */
  private record Description(String etag, Optional<Long> size) {}

  /** A file of a commit. */
  HubFile file(String commit, String path) {
    URI address = requests.file(commit, path);
    Description told =
        answer("HEAD", address, Optional.of(path), response -> description(response, path));
    return new HubFile(path, told.etag(), told.size().orElseGet(() -> measured(address, path)));
  }

  private Description description(HttpResponse<?> response, String path) {
    boolean redirects = response.statusCode() >= 300;
    String answer =
        redirects
            ? "redirect to "
                + header(response, "Location").orElse("nowhere").replaceFirst("\\?.*", "")
            : "answer";
    Optional<String> etag =
        header(response, "X-Linked-Etag")
            .or(() -> header(response, "ETag"))
            .map(HubLookup::unquoted)
            .filter(ETAG.asMatchPredicate());
    return new Description(
        etag.orElseThrow(
            () -> noHub("its %s for file %s lacks a usable ETag".formatted(answer, path), null)),
        // The length of a redirect is not the file's.
        number(response, "X-Linked-Size")
            .or(() -> redirects ? Optional.empty() : number(response, "Content-Length")));
  }

  /**
   * The size of a file whose {@code HEAD} does not tell it: what {@code GET} announces, or else how
   * much it sends. Servers that tell neither are minimal ones, of small files: to read those twice
   * is less than to download without knowing how much.
   */
  private long measured(URI address, String path) {
    return answer(
        "GET",
        address,
        Optional.of(path),
        response -> {
          Optional<Long> announced = number(response, "Content-Length");
          return announced.isPresent() ? announced.get() : response.body().count();
        });
  }

  private static Optional<String> header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name);
  }

  private static Optional<Long> number(HttpResponse<?> response, String name) {
    return header(response, name)
        .filter(digits -> digits.matches("[0-9]{1,18}"))
        .map(Long::valueOf);
  }

  private static String unquoted(String etag) {
    return etag.replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
  }

  @FunctionalInterface
  private interface Reading<T> {
    T of(HttpResponse<ResponseBody> response) throws IOException;
  }

  /** Asks until there is an answer that stays, and reads it; of {@code HEAD}, a redirect too. */
  private <T> T answer(String method, URI uri, Optional<String> file, Reading<T> reading) {
    Retries retries = new Retries(policy, repository, listener);
    while (true) {
      listener.checkStop();
      try {
        HttpResponse<ResponseBody> response = requests.send(method, uri, OptionalLong.empty());
        try (ResponseBody body = response.body()) {
          if (response.statusCode() < (method.equals("HEAD") ? 400 : 300)) {
            return reading.of(response);
          }
          if (!HubRefusal.mayPass(response)) {
            throw refusal.of(response, file);
          }
          retries.afterFailure(
              String.format(
                  Locale.ROOT,
                  "%s answered %d for %s",
                  response.uri().getHost(),
                  response.statusCode(),
                  refusal.wanted(file)),
              AskedWait.in(response),
              null);
        }
      } catch (IOException e) {
        retries.afterFailure(
            "%s cannot be reached for %s: %s"
                .formatted(settings.endpoint(), refusal.wanted(file), e),
            Optional.empty(),
            e);
      }
    }
  }

  private HubException noHub(String problem, Throwable cause) {
    return new HubException(
        repository,
        settings.endpoint() + " does not answer as a Hub: " + problem,
        HubRefusal.CHECK_ENDPOINT,
        cause);
  }
}
