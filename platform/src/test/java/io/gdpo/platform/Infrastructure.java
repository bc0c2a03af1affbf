package io.gdpo.platform;

import io.gdpo.embedded.EmbeddedBroker;
import io.gdpo.embedded.EmbeddedDatabase;
import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import javax.management.JMException;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * A broker and a database that a test can take away for a while.
 *
 * <p>Quarkus may load a test and its resources by different class loaders; the switch is an MBean,
 * which both see.
 */
public class Infrastructure implements QuarkusTestResourceLifecycleManager {
  private static final String SWITCH = "io.gdpo.platform:type=Infrastructure";

  /** What JMX needs to see of this class. */
  public interface Switch {
    void turn(String what);
  }

  private Optional<EmbeddedBroker> broker = Optional.empty();
  private Optional<EmbeddedDatabase> database = Optional.empty();

  private int databasePort;
  private Optional<Path> folder = Optional.empty();

  @Override
  public Map<String, String> start() {
    try {
      Path home = Files.createTempDirectory(Path.of("target"), "infrastructure");
      folder = Optional.of(home);
      startBroker(0);
      startDatabase(0);
      ManagementFactory.getPlatformMBeanServer()
          .registerMBean(
              new StandardMBean((Switch) this::turn, Switch.class), new ObjectName(SWITCH));
      return Map.of(
          "kafka.bootstrap.servers", broker.orElseThrow().bootstrapServers(),
          "quarkus.datasource.jdbc.url", database.orElseThrow().jdbcUrl("platform"),
          "quarkus.datasource.username", EmbeddedDatabase.USER,
          "quarkus.datasource.password", database.orElseThrow().password(),
          "gdpo.artifacts", home.resolve("artifacts").toUri().toString());
    } catch (IOException | JMException e) {
      throw new IllegalStateException("The test's infrastructure did not start", e);
    }
  }

  @Override
  public void stop() {
    broker.ifPresent(EmbeddedBroker::close);
    database.ifPresent(EmbeddedDatabase::close);
  }

  /** Throws {@code broker off}, {@code broker on}, {@code database off} or {@code database on}. */
  public static void switchTo(String what) {
    try {
      ManagementFactory.getPlatformMBeanServer()
          .invoke(
              new ObjectName(SWITCH),
              "turn",
              new Object[] {what},
              new String[] {String.class.getName()});
    } catch (JMException e) {
      throw new IllegalStateException("Cannot turn the " + what, e);
    }
  }

  private void turn(String what) {
    switch (what) {
      case "broker off" -> broker.orElseThrow().close();
      case "broker on" -> startBroker(broker.orElseThrow().port());
      case "database off" -> {
        databasePort = database.orElseThrow().port();
        database.orElseThrow().close();
      }
      case "database on" -> startDatabase(databasePort);
      default -> throw new IllegalArgumentException(what);
    }
  }

  private void startBroker(int port) {
    broker = Optional.of(EmbeddedBroker.start(folder.orElseThrow().resolve("kafka"), port));
  }

  private void startDatabase(int port) {
    Path home = folder.orElseThrow().resolve("postgres");
    database = Optional.of(EmbeddedDatabase.start(home, port, false));
  }
}
