package io.gdpo.load;

import io.gdpo.embedded.EmbeddedBroker;
import io.gdpo.embedded.EmbeddedDatabase;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Measures a control plane under load, on a broker and a durable database of its own: {@code
 * benchmarks/run --control-plane}.
 */
@QuarkusMain
public final class Load {
  private static Servers servers;

  private Load() {}

  /** What all parts run on. */
  record Servers(EmbeddedBroker broker, EmbeddedDatabase database, Path home) {}

  static Servers servers() {
    return servers;
  }

  public static void main(String[] arguments) throws IOException {
    Options options = Options.of(arguments);
    Path home = Files.createTempDirectory("gdpo-load");
    try (EmbeddedDatabase database = EmbeddedDatabase.start(home.resolve("postgres"), 0, true);
        EmbeddedBroker broker = EmbeddedBroker.start(home.resolve("kafka"), 0)) {
      servers = new Servers(broker, database, home);
      System.setProperty("kafka.bootstrap.servers", broker.bootstrapServers());
      System.setProperty("quarkus.datasource.jdbc.url", database.jdbcUrl("load"));
      System.setProperty("quarkus.datasource.username", EmbeddedDatabase.USER);
      System.setProperty("quarkus.datasource.password", database.password());
      System.setProperty("gdpo.artifacts", home.resolve("artifacts").toUri().toString());
      LoadRun.options = options;
      Quarkus.run(LoadRun.class, (code, failure) -> {}, arguments);
    }
  }
}
