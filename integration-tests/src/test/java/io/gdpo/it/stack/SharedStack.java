package io.gdpo.it.stack;

import io.gdpo.it.cluster.ProcessKubelet;
import io.gdpo.it.cluster.RealCluster;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives scenarios the one {@link Stack} that they share: started for the first that asks, stopped
 * after the last. A scenario leaves it whole: what it kills comes back. With {@code
 * -Dgdpo.it.launcher=kubernetes} all work of that stack runs as Jobs of a {@link RealCluster}; with
 * {@code -Dgdpo.it.native=DIR} its services are native programs.
 */
public final class SharedStack implements ParameterResolver {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    Class<?> type = parameter.getParameter().getType();
    return type == Stack.class || type == TraceReceiver.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    Resource shared =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(SharedStack.class))
            .computeIfAbsent(Resource.class, key -> new Resource(), Resource.class);
    return parameter.getParameter().getType() == Stack.class ? shared.stack : shared.traces;
  }

  /** The stack, on a home that is deleted with it. */
  private static final class Resource implements AutoCloseable {
    private final Path home;
    private final Optional<Jobs> jobs;
    private final TraceReceiver traces = new TraceReceiver();
    private final Stack stack;

    Resource() {
      try {
        home = Files.createTempDirectory("gdpo it ");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      jobs =
          "kubernetes".equals(System.getProperty("gdpo.it.launcher"))
              ? Optional.of(new Jobs(home))
              : Optional.empty();
      Map<String, String> settings = new HashMap<>(traces.settings());
      jobs.map(Jobs::settings).ifPresent(settings::putAll);
      stack = Stack.start(home, settings);
    }

    @Override
    public void close() throws IOException, InterruptedException {
      stack.close();
      traces.close();
      if (jobs.isPresent()) {
        jobs.get().close();
      }
      try (Stream<Path> files = Files.walk(home)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  /** Where the stack's work runs, if not beside its services. */
  private static final class Jobs {
    private final Path artifacts;
    private final RealCluster cluster = new RealCluster();
    private final ProcessKubelet kubelet;

    Jobs(Path home) {
      artifacts = home.resolve("artifacts");
      try {
        kubelet = cluster.kubelet(Files.createDirectories(home.resolve("pods")), artifacts);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    Map<String, String> settings() {
      return cluster.settings(artifacts);
    }

    void close() throws InterruptedException {
      kubelet.close();
      cluster.close();
      if (!kubelet.errors().isEmpty() || kubelet.history().isEmpty()) {
        throw new AssertionError(
            "the kubelet ran " + kubelet.history() + " and could not do " + kubelet.errors());
      }
    }
  }
}
