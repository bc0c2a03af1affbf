package io.gdpo.it.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;

/**
 * One more replica of a service of a stack: the same program with the same settings, on the same
 * database and broker, under a name of its own. Nobody but its caller starts it again. It ends with
 * the JVM that started it.
 */
public final class SecondReplica implements AutoCloseable {
  private final ProcessBuilder program;
  private Process process;

  /** Starts it; returns before it is ready. */
  public SecondReplica(Stack stack, String service) {
    String name = service + "-2";
    ProcessHandle first = stack.process(service).orElseThrow();
    program =
        new ProcessBuilder(Processes.arguments(first))
            .redirectErrorStream(true)
            .redirectOutput(
                ProcessBuilder.Redirect.appendTo(
                    stack.home().resolve("logs").resolve(name + ".log").toFile()));
    Map<String, String> environment = program.environment();
    environment.clear();
    environment.putAll(Processes.environment(first));
    environment.put("GDPO_WORK_REPLICA", name);
    environment.put("QUARKUS_HTTP_PORT", "0");
    start();
  }

  /** Starts it again after {@link #kill}. */
  public void start() {
    try {
      process = program.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With kill -9; returns when it has ended. */
  public void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  @Override
  public void close() throws InterruptedException {
    kill();
  }
}
