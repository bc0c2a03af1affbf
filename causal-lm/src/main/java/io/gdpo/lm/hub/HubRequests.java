package io.gdpo.lm.hub;

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
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * One request to the Hub and its redirects. The token goes to the endpoint's own scheme, host and
 * port only: what a CDN serves is signed by its address, and a token is nobody else's business.
 */
final class HubRequests {
  private static final int MOST_REDIRECTS = 10;
  private static final String USER_AGENT = "gdpo/0.1; java/" + Runtime.version().feature();

  private final HubSettings settings;
  private final HttpClient client;

  HubRequests(HubSettings settings) {
    this.settings = settings;
    this.client =
        HttpClient.newBuilder()
            // One long stream: HTTP/2 would only add its own flow control.
            .version(HttpClient.Version.HTTP_1_1)
            .followRedirects(HttpClient.Redirect.NEVER)
            .connectTimeout(settings.timeout())
            .build();
  }

  /** Where the Hub tells what a revision is. */
  URI revision(HubModelName model) {
    return URI.create(
        settings.endpoint()
            + "/api/models/"
            + model.repository()
            + "/revision/"
            + encoded(model.revision()));
  }

  /** Where the Hub serves a file of a commit. */
  URI file(HubModelName model, String commit, String path) {
    return URI.create(
        settings.endpoint()
            + "/"
            + model.repository()
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
   * Sends a request and follows redirects.
   *
   * @param from the first byte that is wanted; all if absent
   * @param enough whether a redirect already tells what is wanted, and is not followed
   * @return the answer, of any status; the caller closes its body
   * @throws IOException if there is no answer
   */
  HttpResponse<ResponseBody> send(
      String method, URI uri, OptionalLong from, Predicate<HttpResponse<?>> enough)
      throws IOException {
    URI at = uri;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      HttpResponse<ResponseBody> response = send(method, at, from);
      Optional<String> location = response.headers().firstValue("Location");
      if (!isRedirect(response) || location.isEmpty() || enough.test(response)) {
        return response;
      }
      response.body().close();
      at = at.resolve(location.get());
    }
    throw new IOException("more than " + MOST_REDIRECTS + " redirects from " + uri);
  }

  private static boolean isRedirect(HttpResponse<?> response) {
    return switch (response.statusCode()) {
      case 301, 302, 303, 307, 308 -> true;
      default -> false;
    };
  }

  private HttpResponse<ResponseBody> send(String method, URI uri, OptionalLong from)
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
