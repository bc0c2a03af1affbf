package io.gdpo.lm.hub;

import java.net.http.HttpResponse;

/** What an answer that is no success means, by its status and the Hub's {@code X-Error-Code}. */
final class HubRefusal {
  private final HubSettings settings;

  HubRefusal(HubSettings settings) {
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
   * @param wanted what was asked for, for example {@code file model.safetensors}
   */
  HubException of(HttpResponse<?> response, HubModelName model, String wanted) {
    String code = response.headers().firstValue("X-Error-Code").orElse("");
    int status = response.statusCode();
    if (!settings.isEndpoint(response.uri())) {
      return new HubException(
          model,
          response.uri().getHost()
              + ", where the Hub sent us for "
              + wanted
              + ", answered "
              + status,
          "Start again: what has been downloaded is kept");
    }
    if (code.equals("GatedRepo")) {
      return gated(model, wanted, status);
    }
    if (code.equals("RevisionNotFound")) {
      return new HubException(
          model,
          "the repository has no revision '" + model.revision() + "'",
          "Name one of the branches, tags and commits under " + page(model) + "/tree/main");
    }
    if (code.equals("EntryNotFound")) {
      return new HubException(
          model, "there is no " + wanted, "Look under " + page(model) + "/tree/main");
    }
    if (code.equals("RepoNotFound") || status == 404) {
      return notFound(model);
    }
    if (status == 401) {
      return settings.token().isPresent()
          ? new HubException(
              model,
              "the Hub does not accept the token (401)",
              "Renew it under "
                  + settings.endpoint()
                  + "/settings/tokens and set HF_TOKEN, or"
                  + " unset it for a public model")
          : notFound(model);
    }
    if (status == 403) {
      return new HubException(
          model,
          "the token has no right to read " + wanted + " (403" + said(response) + ")",
          "Give it the permission to read this repository, under "
              + settings.endpoint()
              + "/settings/tokens");
    }
    return new HubException(
        model,
        settings.endpoint() + " answered " + status + " for " + wanted + said(response),
        "Check HF_ENDPOINT and the proxy, if there is one");
  }

  private HubException gated(HubModelName model, String wanted, int status) {
    String problem = "it is gated, and " + wanted + " is refused (" + status + ")";
    return settings.token().isPresent()
        ? new HubException(
            model,
            problem,
            "Accept its licence at " + page(model) + " with the account that HF_TOKEN belongs to")
        : new HubException(
            model,
            problem,
            "Accept its licence at "
                + page(model)
                + ", make a token under "
                + settings.endpoint()
                + "/settings/tokens, and set HF_TOKEN");
  }

  private HubException notFound(HubModelName model) {
    return new HubException(
        model,
        "the Hub shows no such repository",
        settings.token().isPresent()
            ? "Check the name; if it is private, the account that HF_TOKEN belongs to cannot see it"
            : "Check the name; if it is private or gated, set HF_TOKEN");
  }

  private static String said(HttpResponse<?> response) {
    return response.headers().firstValue("X-Error-Message").map(text -> ": " + text).orElse("");
  }

  private String page(HubModelName model) {
    return settings.endpoint() + "/" + model.repository();
  }
}
