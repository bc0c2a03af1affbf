package io.gdpo.hub;

import java.net.http.HttpResponse;
import java.util.Locale;
import java.util.Optional;

/** What an answer that is no success means, by its status and the Hub's {@code X-Error-Code}. */
final class HubRefusal {
  static final String CHECK_ENDPOINT = "Check HF_ENDPOINT and the proxy, if there is one";

  private final HubRepository repository;
  private final HubSettings settings;

  HubRefusal(HubRepository repository, HubSettings settings) {
    this.repository = repository;
    this.settings = settings;
  }

  /** Whether trying again may help: too many requests, a slow or a broken server. */
  static boolean mayPass(HttpResponse<?> response) {
    int status = response.statusCode();
    return status == 408 || status == 429 || status >= 500;
  }

  /**
   * The exception for an answer that stays.
   *
   * @param file path of what was asked for; the revision itself if empty. Who asks for a file has
   *     found the revision
   */
  HubException of(HttpResponse<?> response, Optional<String> file) {
    String code = response.headers().firstValue("X-Error-Code").orElse("");
    int status = response.statusCode();
    String wanted = wanted(file);
    if (!settings.isEndpoint(response.uri())) {
      return elsewhere(response.uri().getHost(), wanted, status);
    }
    if (code.equals("GatedRepo")) {
      return gated(wanted, status);
    }
    if (code.equals("RevisionNotFound")) {
      return new HubException(
          repository,
          "the repository has no revision '" + repository.revision() + "'",
          "Name one of the branches, tags and commits under " + page() + "/tree/main");
    }
    if (code.equals("EntryNotFound") || status == 404 && code.isEmpty() && file.isPresent()) {
      return new HubException(
          repository,
          "there is no " + wanted,
          "Look under " + page() + "/tree/" + repository.revision());
    }
    if (code.equals("RepoNotFound") || status == 404) {
      return new HubException(
          repository, "the Hub shows no such repository (" + status + ")", checkName());
    }
    if (status == 401 || status == 403) {
      return settings.token().isPresent()
          ? withToken(response, wanted, status)
          : new HubException(
              repository, "the Hub refuses " + wanted + because(response, status), checkName());
    }
    return new HubException(
        repository,
        settings.endpoint() + " refuses " + wanted + because(response, status),
        CHECK_ENDPOINT);
  }

  /** What was asked for, in words. */
  String wanted(Optional<String> file) {
    return file.map("file "::concat).orElse("revision " + repository.revision());
  }

  private HubException elsewhere(String host, String wanted, int status) {
    String problem =
        String.format(
            Locale.ROOT, "%s, where the Hub sent us for %s, refuses it (%d)", host, wanted, status);
    String startAgain = "Start again: what has been downloaded is kept";
    return new HubException(
        repository,
        problem,
        status == 401 || status == 403
            ? startAgain
                + ". If it happens again: HF_TOKEN is sent to HF_ENDPOINT ("
                + settings.endpoint()
                + ") only; where that is a mirror that redirects, unset it to ask the Hub itself,"
                + " and accept the licence if it is gated"
            : startAgain);
  }

  private HubException gated(String wanted, int status) {
    return new HubException(
        repository,
        "it is gated, and " + wanted + " is refused (" + status + ")",
        settings.token().isPresent()
            ? "Accept its licence at " + page() + " with the account that HF_TOKEN belongs to"
            : "Accept its licence at "
                + page()
                + ", make a token under "
                + tokens()
                + ", and set HF_TOKEN");
  }

  private HubException withToken(HttpResponse<?> response, String wanted, int status) {
    return status == 401
        ? new HubException(
            repository,
            "the Hub does not accept the token (401)",
            "Renew it under " + tokens() + " and set HF_TOKEN, or unset it for what is public")
        : new HubException(
            repository,
            "the token has no right to read " + wanted + because(response, status),
            "Give it the permission to read this repository, under " + tokens());
  }

  private String checkName() {
    return settings.token().isPresent()
        ? "Check the name; if it is private, the account that HF_TOKEN belongs to cannot see it"
        : "Check the name; if it is private or gated, set HF_TOKEN";
  }

  private static String because(HttpResponse<?> response, int status) {
    return response
        .headers()
        .firstValue("X-Error-Message")
        .map(text -> " (" + status + ": " + text + ")")
        .orElse(" (" + status + ")");
  }

  private String page() {
    return settings.endpoint() + "/" + repository.path();
  }

  private String tokens() {
    return settings.endpoint() + "/settings/tokens";
  }
}
