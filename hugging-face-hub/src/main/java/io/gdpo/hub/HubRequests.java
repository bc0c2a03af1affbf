package io.gdpo.hub;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/**
 * Requests for one repository to the Hub, with their redirects. The token goes to the endpoint's
 * own scheme, host and port only: what a CDN serves is signed by its address, and a token is nobody
 * else's business.
 */
final class HubRequests {
  private static final int MOST_REDIRECTS = 10;
  private static final String USER_AGENT = "gdpo/0.1; java/" + Runtime.version().feature();

  private final HubRepository repository;
  private final HubSettings settings;
  private final HttpClient client;

  HubRequests(HubRepository repository, HubSettings settings) {
    this.repository = repository;
    this.settings = settings;
    this.client =
        HttpClient.newBuilder()
            // One long stream: HTTP/2 would only add its own flow control.
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeout())
            .build();
  }

  /** Where the Hub tells what the revision is. */
  URI revision() {
    return URI.create(
        settings.endpoint()
            + "/api/"
            + repository.kind().plural()
            + "/"
            + repository.id()
            + "/revision/"
            + encoded(repository.revision()));
  }

  /** Where the Hub serves a file of a commit. */
  URI file(String commit, String path) {
    return URI.create(
        settings.endpoint()
            + "/"
            + repository.path()
            + "/resolve/"
            + commit
            + "/"
            + Arrays.stream(path.split("/"))
                .map(HubRequests::encoded)
                .collect(Collectors.joining("/")));
  }

  private static String encoded(String segment) {
    return URLEncoder.encode(segment, StandardCharsets.UTF_8).replace("+", "%20");
  }

  /**
   * Sends a request and follows redirects: {@code GET} wherever they lead, {@code HEAD} on the
   * endpoint only. What a file is called and how large it is, the Hub tells with the redirect that
   * leads away from it; a CDN need not know it, nor sign addresses for {@code HEAD}.
   *
   * @param from the first byte that is wanted; all if absent
   * @return the answer, of any status; the caller closes its body
   * @throws IOException if there is no answer
   * @throws HubException if a redirect cannot be followed, or what comes is encoded
   */
  HttpResponse<ResponseBody> send(String method, URI uri, OptionalLong from) throws IOException {
    URI at = uri;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<ResponseBody> response = sendOnce(method, at, from);
      Optional<String> location = response.headers().firstValue("Location");
      if (!isRedirect(response) || location.isEmpty()) {
        checkEncoding(response);
        return response;
      }
      Optional<URI> target = Origin.resolve(at, location.get());
      if (method.equals("HEAD") && target.isPresent() && tellsFile(response, target.get())) {
        return response;
      }
      response.body().close();
      at = target.orElseThrow(() -> noAddress(response.uri(), location.get()));
    }
    throw new HubException(
        repository,
        "more than " + MOST_REDIRECTS + " redirects from " + uri,
        HubRefusal.CHECK_ENDPOINT);
  }

  private boolean tellsFile(HttpResponse<?> redirect, URI target) {
    return redirect.headers().firstValue("X-Linked-Etag").isPresent()
        || !settings.isEndpoint(target);
  }

  private HubException noAddress(URI from, String location) {
    // A signed address is as good as a password: without what follows the question mark.
    return new HubException(
        repository,
        "%s redirects to '%s', which is no http or https address"
            .formatted(from, location.replaceFirst("\\?.*", "?...")),
        HubRefusal.CHECK_ENDPOINT);
  }

  /** Hashes and sizes are those of the content as it is, and so are the ranges that we ask for. */
  private void checkEncoding(HttpResponse<ResponseBody> response) {
    Optional<String> encoding =
        response
            .headers()
            .firstValue("Content-Encoding")
            .filter(name -> !name.equalsIgnoreCase("identity"));
    if (response.statusCode() < 300 && encoding.isPresent()) {
      response.body().close();
      throw new HubException(
          repository,
          "%s answers for %s with Content-Encoding %s, where identity was asked for"
              .formatted(response.uri().getHost(), response.uri().getPath(), encoding.get()),
          HubRefusal.CHECK_ENDPOINT);
    }
  }

  private static boolean isRedirect(HttpResponse<?> response) {
    return switch (response.statusCode()) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private HttpResponse<ResponseBody> sendOnce(String method, URI uri, OptionalLong from)
      throws IOException {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri)
            .method(method, BodyPublishers.noBody())
            .timeout(settings.timeout())
            .header("User-Agent", USER_AGENT)
            .header("Accept-Encoding", "identity");
    from.ifPresent(first -> request.header("Range", "bytes=" + first + "-"));
    if (settings.isEndpoint(uri)) {
      settings.token().ifPresent(token -> request.header("Authorization", "Bearer " + token));
    }
    try {
      return client.send(request.build(), info -> new ResponseBody(settings.timeout()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
    }
  }
}
