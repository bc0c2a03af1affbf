package io.gdpo.local.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.net.httpserver.HttpServer;
import io.gdpo.local.service.Service;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class RestClientTest {
  private HttpServer server;
  private RestClient rest;

  @BeforeEach
  void startServer() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.start();
    URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    rest = new RestClient(Service.TRAINER, new OneAddress(base));
  }

  @AfterEach
  void stopServer() {
    server.stop(0);
  }

  @Test
  void problemDetailsBecomeAFailureWithEveryFieldThatIsWrong() {
    answer(
        400,
        """
        {"title": "Invalid specification", "detail": "The experiment is invalid",
         "errors": [{"field": "stages[0].beta", "message": "must be greater than 0, is -1"}]}
        """);

    CommandFailure failure = failure();

    assertThat(failure.exitCode()).isEqualTo(ExitCode.INVALID_INPUT);
    assertThat(failure)
        .hasMessageContaining("The experiment is invalid")
        .hasMessageContaining("stages[0].beta: must be greater than 0, is -1");
  }

  @Test
  void whatTheDetailSaysIsNotSaidAgain() {
    answer(
        400,
        """
        {"title": "Invalid specification", "detail": "model.path: /x is a GGUF file",
         "errors": [{"field": "model.path", "message": "/x is a GGUF file"}]}
        """);

    assertThat(failure().getMessage()).containsOnlyOnce("is a GGUF file");
  }

  @Test
  void eachKindOfRefusalHasItsExitCode() {
    answer(404, "{\"detail\": \"There is no experiment 'x'\"}");
    assertThat(failure().exitCode()).isEqualTo(ExitCode.NOT_FOUND);
  }

  @Test
  void aConflictIsToldApart() {
    answer(409, "{\"detail\": \"the name stands for another\"}");
    assertThat(failure().exitCode()).isEqualTo(ExitCode.CONFLICT);
  }

  @Test
  void anErrorThatIsNoProblemDocumentIsShownAsItCame() {
    answer(502, "<html>Bad gateway</html>");
    assertThat(failure())
        .hasMessageContaining("status 502")
        .hasMessageContaining("<html>Bad gateway</html>");
  }

  @Test
  void aServiceThatDoesNotListenIsNotReachable() {
    server.stop(0);

    CommandFailure failure = failure();

    assertThat(failure.exitCode()).isEqualTo(ExitCode.NOT_REACHABLE);
    assertThat(failure).hasMessageContaining("trainer-service does not answer");
  }

  private CommandFailure failure() {
    CommandFailure failure =
        catchThrowableOfType(CommandFailure.class, () -> rest.getText("/experiments/x"));
    assertThat(failure).isNotNull();
    return failure;
  }

  private void answer(int status, String body) {
    server.createContext(
        "/",
        exchange -> {
          byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(status, bytes.length);
          exchange.getResponseBody().write(bytes);
          exchange.close();
        });
  }
}
