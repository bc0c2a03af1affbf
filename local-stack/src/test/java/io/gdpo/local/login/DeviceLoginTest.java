package io.gdpo.local.login;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.gdpo.local.service.Service;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.Console;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An issuer as the standards have it; Keycloak was tried by hand. */
class DeviceLoginTest {
  @TempDir Path config;

  private final Queue<String> tokens = new ArrayDeque<>();
  private HttpServer server;
  private String issuer;
  private Map<String, String> environment;

  @BeforeEach
  void startIssuer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    issuer = "http://127.0.0.1:" + server.getAddress().getPort();
    answer("/.well-known/oauth-protected-resource", "{'authorization_servers': ['%s']}");
    answer(
        "/.well-known/openid-configuration",
        """
        {'issuer': '%1$s', 'device_authorization_endpoint': '%1$s/device',
         'token_endpoint': '%1$s/token', 'jwks_uri': '%1$s/keys',
         'authorization_endpoint': '%1$s/page', 'subject_types_supported': ['public']}
        """);
    answer(
        "/device",
        """
        {'device_code': 'd', 'user_code': 'ABCD', 'verification_uri': '%s/page',
         'expires_in': 60, 'interval': 1}
        """);
    server.createContext(
        "/token",
        exchange -> {
          byte[] body = tokens.remove().getBytes(StandardCharsets.UTF_8);
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(
              new String(body, StandardCharsets.UTF_8).contains("error") ? 400 : 200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    server.start();
    environment =
        Map.of(
            "XDG_CONFIG_HOME",
            config.toString(),
            RemoteServices.TRAINER,
            issuer,
            RemoteServices.EVALUATOR,
            issuer);
  }

  @AfterEach
  void stopIssuer() {
    server.stop(0);
  }

  @Test
  void whoConfirmsTheCodeIsKnownAndStaysKnownWhenTheTokenIsOver() throws IOException {
    tokens.add("{\"error\": \"authorization_pending\"}");
    tokens.add(token("first", 5));
    login();

    Path kept = SavedLogin.file(environment);
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kept)))
        .isEqualTo("rw-------");
    tokens.add(token("second", 3600));
    assertThat(remote().token()).as("renewed: 5 s are as good as over").contains("second");
    assertThat(remote().token()).as("kept").contains("second");
  }

  @Test
  void aTokenOfTheEnvironmentIsShownInstead() {
    tokens.add(token("first", 3600));
    login();
    Map<String, String> both = new HashMap<>(environment);
    both.put(RemoteServices.TOKEN, "mine\n");

    assertThat(RemoteServices.of(both).orElseThrow().token()).contains("mine");
  }

  @Test
  void whoIsRefusedIsToldWhyAndNothingIsKept() {
    tokens.add("{\"error\": \"access_denied\", \"error_description\": \"you said no\"}");

    assertThatThrownBy(this::login)
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("access_denied: you said no");
    assertThat(SavedLogin.file(environment)).doesNotExist();
  }

  @Test
  void aTokenThatIsOverAndNotRenewedIsNotShown() {
    tokens.add(token("first", 1));
    login();
    tokens.add("{\"error\": \"invalid_grant\"}");

    assertThat(remote().token()).isEmpty();
  }

  @Test
  void aTokenOfWhichNobodySaysHowLongItIsGoodIsShown() {
    tokens.add("{\"access_token\": \"first\", \"token_type\": \"Bearer\"}");
    login();

    assertThat(remote().token()).contains("first");
  }

  @Test
  void withoutAddressesTheStackOfTheHomeIsMeantAndOneAloneIsAnError() {
    assertThat(RemoteServices.of(Map.of())).isEmpty();
    assertThat(remote().url(Service.TRAINER)).isEqualTo(URI.create(issuer));
    assertThat(remote().ifAway(Service.TRAINER)).contains(RemoteServices.TRAINER);
    assertThatThrownBy(
            () ->
                RemoteServices.of(Map.of(RemoteServices.TRAINER, issuer))
                    .orElseThrow()
                    .url(Service.EVALUATOR))
        .hasMessageContaining(RemoteServices.EVALUATOR + " is not set");
  }

  private void login() {
    new DeviceLogin(environment, Console.forScripts()).run(Optional.empty(), "gdpo", "openid");
  }

  private RemoteServices remote() {
    return RemoteServices.of(environment).orElseThrow();
  }

  private static String token(String value, int seconds) {
    return """
        {"access_token": "%s", "token_type": "Bearer", "expires_in": %d, "refresh_token": "r"}
        """
        .formatted(value, seconds);
  }

  private void answer(String path, String json) {
    byte[] body =
        json.replace('\'', '"').replaceAll("%(1\\$)?s", issuer).getBytes(StandardCharsets.UTF_8);
    server.createContext(
        path,
        exchange -> {
          exchange.getResponseHeaders().add("Content-Type", "application/json");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
  }
}
