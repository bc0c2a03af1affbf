package io.gdpo.local.login;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.nimbusds.oauth2.sdk.ParseException;
import com.nimbusds.oauth2.sdk.RefreshTokenGrant;
import com.nimbusds.oauth2.sdk.TokenRequest;
import com.nimbusds.oauth2.sdk.TokenResponse;
import com.nimbusds.oauth2.sdk.id.ClientID;
import com.nimbusds.oauth2.sdk.token.RefreshToken;
import com.nimbusds.oauth2.sdk.token.Tokens;
import io.gdpo.contracts.Json;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * What {@code gdpo login} left: a file that only its owner may read, below {@code
 * $XDG_CONFIG_HOME}, else {@code ~/.config}.
 *
 * @param tokenEndpoint where the issuer gives a new token for an old one
 * @param refreshToken null if the issuer gave none
 */
record SavedLogin(
    Path file,
    URI tokenEndpoint,
    String clientId,
    String accessToken,
    Instant expires,
    String refreshToken) {

  private static final int SECONDS_IN_HAND = 10;

  /** A token whose issuer does not tell how long it is good is shown until it is refused. */
  private static final Duration UNTOLD = Duration.ofDays(1);

  /** As it lies in the file. */
  private record Saved(
      URI tokenEndpoint,
      String clientId,
      String accessToken,
      Instant expires,
      String refreshToken) {}

  /** What was left, if there is such. */
  static Optional<SavedLogin> of(Map<String, String> environment) {
    Path file = file(environment);
    try {
      Saved saved = Json.EVENTS.readValue(Files.readString(file), Saved.class);
      return Optional.of(
          new SavedLogin(
              file,
              saved.tokenEndpoint(),
              saved.clientId(),
              saved.accessToken(),
              saved.expires(),
              saved.refreshToken()));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (JsonProcessingException e) {
      throw unusable(file, "it holds no login", e); // the parser's words quote what is in it
    } catch (IOException e) {
      throw unusable(file, e.toString(), e);
    }
  }

  private static CommandFailure unusable(Path file, String why, Exception e) {
    return new CommandFailure(
        ExitCode.USAGE,
        "The login in " + file + " cannot be read: " + why,
        "Delete it and use 'gdpo login' again, or set GDPO_TOKEN.",
        e);
  }

  static Path file(Map<String, String> environment) {
    String config = environment.getOrDefault("XDG_CONFIG_HOME", "");
    return (config.isBlank()
            ? Path.of(System.getProperty("user.home"), ".config")
            : Path.of(config))
        .resolve("gdpo")
        .resolve("login.json");
  }

  static SavedLogin of(Path file, URI tokenEndpoint, String clientId, Tokens tokens) {
    RefreshToken refresh = tokens.getRefreshToken();
    long seconds = tokens.getAccessToken().getLifetime();
    return new SavedLogin(
        file,
        tokenEndpoint,
        clientId,
        tokens.getAccessToken().getValue(),
        seconds == 0 ? Instant.now().plus(UNTOLD) : Instant.now().plusSeconds(seconds),
        refresh == null ? null : refresh.getValue());
  }

  void save() {
    try {
      Files.createDirectories(file.getParent());
      Path written =
          Files.createTempFile(
              file.getParent(),
              "login",
              null,
              PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
      Files.writeString(
          written,
          Json.EVENTS.writeValueAsString(
              new Saved(tokenEndpoint, clientId, accessToken, expires, refreshToken)));
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new CommandFailure(
          ExitCode.USAGE,
          "The login cannot be kept in " + file + ": " + e,
          "Name another folder with XDG_CONFIG_HOME.",
          e);
    }
  }

  /** The token, renewed if it is over; empty if it is over and cannot be renewed. */
  Optional<String> freshToken() {
    if (Instant.now().plusSeconds(SECONDS_IN_HAND).isBefore(expires)) {
      return Optional.of(accessToken);
    }
    if (refreshToken == null) {
      return Optional.empty();
    }
    try {
      TokenResponse answer =
          TokenResponse.parse(
              new TokenRequest.Builder(
                      tokenEndpoint,
                      new ClientID(clientId),
                      new RefreshTokenGrant(new RefreshToken(refreshToken)))
                  .build()
                  .toHTTPRequest()
                  .send());
      if (!answer.indicatesSuccess()) {
        return Optional.empty(); // the service asks for a token then, and says how to get one
      }
      SavedLogin renewed =
          of(file, tokenEndpoint, clientId, answer.toSuccessResponse().getTokens());
      renewed.save();
      return Optional.of(renewed.accessToken());
    } catch (IOException | ParseException e) {
      throw new CommandFailure(
          ExitCode.NOT_REACHABLE,
          "The issuer at " + tokenEndpoint + " gives no new token: " + e.getMessage(),
          "Try again, or use 'gdpo login'.",
          e);
    }
  }
}
