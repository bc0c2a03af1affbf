package io.gdpo.it.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives scenarios the one {@link Stack} that they share: started for the first that asks, stopped
 * after the last. A scenario leaves it whole: what it kills comes back.
 */
public final class SharedStack implements ParameterResolver {

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Stack.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(SharedStack.class))
        .computeIfAbsent(Resource.class, key -> new Resource(), Resource.class)
        .stack;
  }

  /** The stack, on a home that is deleted with it. */
  private static final class Resource implements AutoCloseable {
    private final Path home;
    private final Stack stack;

    Resource() {
      try {
        home = Files.createTempDirectory("gdpo it ");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      stack = Stack.start(home);
    }

    @Override
    public void close() throws IOException {
      stack.close();
      try (Stream<Path> files = Files.walk(home)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }
}
