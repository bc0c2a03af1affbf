package io.gdpo.local.login;

import com.fasterxml.jackson.databind.JsonNode;
import com.nimbusds.oauth2.sdk.ErrorObject;
import com.nimbusds.oauth2.sdk.GeneralException;
import com.nimbusds.oauth2.sdk.OAuth2Error;
import com.nimbusds.oauth2.sdk.Scope;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationRequest;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationResponse;
import com.nimbusds.oauth2.sdk.device.DeviceAuthorizationSuccessResponse;
import com.nimbusds.oauth2.sdk.device.DeviceCodeGrant;
import com.nimbusds.oauth2.sdk.http.HTTPRequest;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.id.Issuer;
import com.nimbusds.openid.connect.sdk.op.OIDCProviderMetadata;
import io.gdpo.contracts.Json;
import io.gdpo.local.service.Service;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.net.URI;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Gets a token for a person without knowing their password: they confirm a code on a page of the
 * issuer, on this machine or another (device authorization grant, RFC 8628). Who the issuer is, the
 * service itself tells (RFC 9728).
 */
public final class DeviceLogin {
  private final Map<String, String> environment;
  private final Console console;

  public DeviceLogin(Map<String, String> environment, Console console) {
    this.environment = environment;
    this.console = console;
  }

  /**
   * Returns when the person has confirmed, and the token is kept.
   *
   * @param issuer empty to ask trainer-service
   * @param scope words with spaces between them; some issuers renew a token for offline_access only
   * @throws CommandFailure if they do not, or the issuer cannot do it
   */
  public void run(Optional<String> issuer, String clientId, String scope) {
    try {
      login(issuer.isPresent() ? issuer.get() : issuerOfService(), new ClientID(clientId), scope);
    } catch (IOException | GeneralException e) {
      throw new CommandFailure(
          ExitCode.NOT_REACHABLE,
          "There is no login: " + e.getMessage(),
          "Look at the issuer's address, and whether this machine reaches it; a token that you have"
              + " can be shown with GDPO_TOKEN.",
          e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "Interrupted before it was confirmed", "", e);
    }
  }

  private String issuerOfService() throws IOException, GeneralException {
    URI trainer =
        RemoteServices.of(environment)
            .orElseThrow(
                () ->
                    new CommandFailure(
                        ExitCode.USAGE,
                        RemoteServices.TRAINER
                            + " is not set: a stack on this machine asks for no login",
                        "Say where trainer-service is, or name the issuer with --issuer."))
            .url(Service.TRAINER);
    // Below the service's own address, which a proxy may have put into a folder.
    URI about =
        URI.create(trainer.toString().replaceFirst("/*$", "/.well-known/oauth-protected-resource"));
    JsonNode told =
        Json.EVENTS.readTree(new HTTPRequest(HTTPRequest.Method.GET, about).send().getContent());
    String issuer = told == null ? "" : told.at("/authorization_servers/0").asText();
    if (issuer.isEmpty()) {
      throw new CommandFailure(
          ExitCode.NOT_REACHABLE,
          about + " names no issuer",
          "Name it with --issuer, or look whether this is trainer-service.");
    }
    return issuer;
  }

  private void login(String issuer, ClientID client, String scope)
      throws IOException, GeneralException, InterruptedException {
    OIDCProviderMetadata about = OIDCProviderMetadata.resolve(new Issuer(issuer));
    if (about.getDeviceAuthorizationEndpointURI() == null) {
      throw new CommandFailure(
          ExitCode.USAGE,
          issuer + " has no login by a code on a page (device authorization)",
          "Allow it for the client '" + client + "', or show a token with GDPO_TOKEN.");
    }
    DeviceAuthorizationResponse begun =
        DeviceAuthorizationResponse.parse(
            new DeviceAuthorizationRequest.Builder(client)
                .endpointURI(about.getDeviceAuthorizationEndpointURI())
                .scope(Scope.parse(scope))
                .build()
                .toHTTPRequest()
                .send());
    if (!begun.indicatesSuccess()) {
      throw refused(begun.toErrorResponse().getErrorObject());
    }
    DeviceAuthorizationSuccessResponse device = begun.toSuccessResponse();
    console.say(
        device.getVerificationURIComplete() == null
            ? "Open " + device.getVerificationURI() + " and enter " + device.getUserCode()
            : "Open "
                + device.getVerificationURIComplete()
                + " and confirm "
                + device.getUserCode());
    SavedLogin.of(
            SavedLogin.file(environment),
            about.getTokenEndpointURI(),
            client.getValue(),
            await(device, about.getTokenEndpointURI(), client).toSuccessResponse().getTokens())
        .save();
  }

  private static TokenResponse await(
      DeviceAuthorizationSuccessResponse device, URI endpoint, ClientID client)
      throws IOException, GeneralException, InterruptedException {
    long pause = device.getInterval();
    Instant until = Instant.now().plusSeconds(device.getLifetime());
    while (Instant.now().isBefore(until)) {
      TimeUnit.SECONDS.sleep(pause);
      TokenResponse answer =
          TokenResponse.parse(
              new TokenRequest.Builder(
                      endpoint, client, new DeviceCodeGrant(device.getDeviceCode()))
                  .build()
                  .toHTTPRequest()
                  .send());
      if (answer.indicatesSuccess()) {
        return answer;
      }
      ErrorObject error = answer.toErrorResponse().getErrorObject();
      switch (String.valueOf(error.getCode())) {
        case "authorization_pending" -> {}
        case "slow_down" -> pause += 5;
        default -> throw refused(error);
      }
    }
    throw new CommandFailure(
        ExitCode.NOT_REACHABLE, "Nobody confirmed the code in time", "Use 'gdpo login' again.");
  }

  private static CommandFailure refused(ErrorObject error) {
    String words = error.getDescription() == null ? "" : ": " + error.getDescription();
    return new CommandFailure(
        OAuth2Error.ACCESS_DENIED.getCode().equals(error.getCode())
            ? ExitCode.CONFLICT
            : ExitCode.INVALID_INPUT,
        "The issuer refused the login (" + error.getCode() + words + ")",
        "Use 'gdpo login' again; --client-id names the client that the issuer knows.");
  }
}
