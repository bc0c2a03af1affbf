package io.gdpo.platform.log;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.platform.Infrastructure;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.test.common.TestResourceScope;
import io.quarkus.test.common.WithTestResource;
import io.quarkus.test.junit.QuarkusTest;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.jboss.logmanager.handlers.ConsoleHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** With JSON on, as in a cluster, the console's formatter writes what a line is about as fields. */
@QuarkusTest
@WithTestResource(value = Infrastructure.class, scope = TestResourceScope.GLOBAL)
class LogFieldsTest {
  private final Formatter console =
      Stream.of(InitialConfigurator.DELAYED_HANDLER.getHandlers())
          .filter(ConsoleHandler.class::isInstance)
          .map(Handler::getFormatter)
          .findFirst()
          .orElseThrow();

  private final Written written = new Written(console);

  @BeforeEach
  void listen() {
    Logger.getLogger("").addHandler(written);
  }

  @AfterEach
  void stopListening() {
    Logger.getLogger("").removeHandler(written);
  }

  @Test
  void aLineSaysWhichWorkAndSubjectItIsAboutAndTheNextOneDoesNot() throws Exception {
    Logger log = Logger.getLogger("io.gdpo.test");
    try (LogFields about = new LogFields()) {
      about.with("work", "w1").with("kind", "train").with("subject", "demo").with("none", null);
      log.warning("inside");
    }
    log.warning("outside");

    JsonNode inside = written.line("inside");
    assertThat(inside.path("mdc"))
        .isEqualTo(
            Json.EVENTS.readTree("{\"kind\":\"train\",\"subject\":\"demo\",\"work\":\"w1\"}"));
    assertThat(inside.path("level").asText()).isEqualTo("WARNING");
    assertThat(written.line("outside").path("mdc")).isEmpty();
  }

  @Test
  void aFailedRequestLogsWhichItWas() throws Exception {
    given().delete("/refusing").then().statusCode(500);

    assertThat(written.line("A request failed").at("/mdc/request").asText())
        .isEqualTo("DELETE /refusing");
  }

  /** What the console would show. */
  private static final class Written extends Handler {
    private final Formatter console;
    private final List<String> lines = new CopyOnWriteArrayList<>();

    Written(Formatter console) {
      this.console = console;
    }

    JsonNode line(String message) throws JsonProcessingException {
      String found =
          lines.stream().filter(line -> line.contains(message)).findFirst().orElseThrow();
      return Json.EVENTS.readTree(found);
    }

    @Override
    public void publish(LogRecord record) {
      lines.add(console.format(record));
    }

    @Override
    public void flush() {
      // Nothing is held back.
    }

    @Override
    public void close() {
      // Nothing is held.
    }
  }
}
