package io.gdpo.embedded;

import io.quarkus.test.common.QuarkusTestResourceLifecycleManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * One real broker, one real database and an empty artifact folder for a Quarkus test run.
 *
 * <p>Use it once, with {@code @WithTestResource(value = InfrastructureResource.class, scope =
 * TestResourceScope.GLOBAL, initArgs = @ResourceArg(name = "database", value = "trainer"))}; all
 * tests of the JVM then share it, {@code @QuarkusIntegrationTest}s too. Quarkus starts it before
 * the application and stops it after.
 */
public final class InfrastructureResource implements QuarkusTestResourceLifecycleManager {
  private String database = "gdpo";
  private Optional<Path> folder = Optional.empty();
  private Optional<EmbeddedBroker> broker = Optional.empty();
  private Optional<EmbeddedDatabase> server = Optional.empty();

  @Override
  public void init(Map<String, String> initArgs) {
    database = initArgs.getOrDefault("database", database);
  }

  @Override
  public Map<String, String> start() {
    try {
      folder = Optional.of(Files.createTempDirectory("gdpo-test"));
    } catch (IOException e) {
      throw new UncheckedIOException("No temporary folder can be made", e);
    }
    Path home = folder.orElseThrow();
    broker = Optional.of(EmbeddedBroker.start(home.resolve("kafka"), 0));
    server = Optional.of(EmbeddedDatabase.start(home.resolve("postgres"), 0, false));
    return Map.of(
        "kafka.bootstrap.servers", broker.orElseThrow().bootstrapServers(),
        "quarkus.datasource.jdbc.url", server.orElseThrow().jdbcUrl(database),
        "quarkus.datasource.username", EmbeddedDatabase.USER,
        "quarkus.datasource.password", server.orElseThrow().password(),
        "gdpo.artifacts", home.resolve("artifacts").toUri().toString());
  }

  @Override
  public void stop() {
    broker.ifPresent(EmbeddedBroker::close);
    server.ifPresent(EmbeddedDatabase::close);
    folder.ifPresent(InfrastructureResource::delete);
  }

  private static void delete(Path folder) {
    try {
      PostgresBinaries.delete(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("The test's folder " + folder + " cannot be removed", e);
    }
  }
}
