package io.gdpo.platform.launch;

import io.gdpo.artifacts.process.ParentWatch;
import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/**
 * Runs each job as a child JVM on this machine.
 *
 * <p>A child holds the read end of a pipe as its standard input and this launcher the other end.
 * The end of that input is the one signal to stop, see {@link ParentWatch}: {@link #cancel} closes
 * it, {@link #close} closes all, and when this JVM dies, even by SIGKILL, the system does. Children
 * do not react to signals from the terminal ({@code -Xrs}) beyond ending at once: signal handlers
 * while libtorch computes crash it. One that is to be stopped by SIGTERM, as in a cluster, lives on
 * when this JVM is killed.
 *
 * <p>Owned by whoever made it; {@link #close} ends all children.
 */
public final class LocalProcessLauncher implements JobLauncher {
  private static final Logger LOG = Logger.getLogger(LocalProcessLauncher.class);

  /**
   * How children are run.
   *
   * @param program what every child runs
   * @param javaOptions more options of the child's JVM, such as {@code -Xmx1g}
   */
  public record Settings(JavaProgram program, List<String> javaOptions) {
    public Settings {
      javaOptions = List.copyOf(javaOptions);
    }
  }

  private final Settings settings;
  private final Map<String, Child> children = new ConcurrentHashMap<>();
  private final List<Consumer<String>> listeners = new CopyOnWriteArrayList<>();

  /** A process and how it is stopped. */
  private record Child(Process process, LaunchRequest.Needs needs) {
    void askToStop() {
      if (needs.stop() == LaunchRequest.StopBy.SIGTERM) {
        process.destroy();
        return;
      }
      try {
        process.getOutputStream().close();
      } catch (IOException e) {
        // The pipe broke because the child has ended: there is nothing left to ask.
        LOG.debugf(e, "Process %d has no input any more", process.pid());
      }
    }
  }

  public LocalProcessLauncher(Settings settings) {
    this.settings = settings;
  }

  @Override
  public void launch(LaunchRequest request) {
    children.computeIfAbsent(request.name(), name -> start(request));
  }

  @Override
  public LaunchState status(String name) {
    Child child = children.get(name);
    if (child == null) {
      return new LaunchState.Gone();
    }
    return child.process().isAlive()
        ? new LaunchState.Running()
        : new LaunchState.Ended(child.process().exitValue());
  }

  @Override
  public void cancel(String name) {
    Child child = children.get(name);
    if (child != null && child.process().isAlive()) {
      child.askToStop();
      CompletableFuture.delayedExecutor(child.needs().grace().toMillis(), TimeUnit.MILLISECONDS)
          .execute(child.process()::destroyForcibly);
    }
  }

  @Override
  public void onExit(Consumer<String> listener) {
    listeners.add(listener);
  }

  /** Asks all children to stop, kills those that do not in time; returns when none is left. */
  @Override
  public void close() {
    Collection<Child> running = children.values();
    running.forEach(Child::askToStop);
    long asked = System.nanoTime();
    try {
      for (Child child : running) {
        long left = asked + child.needs().grace().toNanos() - System.nanoTime();
        if (!child.process().waitFor(left, TimeUnit.NANOSECONDS)) {
          child.process().destroyForcibly().waitFor();
        }
      }
    } catch (InterruptedException e) {
      running.forEach(child -> child.process().destroyForcibly());
      Thread.currentThread().interrupt();
    }
  }

  private Child start(LaunchRequest request) {
    Path log = request.log().toAbsolutePath();
    ProcessBuilder builder =
        new ProcessBuilder(command(request))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    Map<String, String> environment = builder.environment();
    WorkerEnvironment.ALLOCATOR.forEach(environment::putIfAbsent);
    environment.putAll(WorkerEnvironment.of(request.needs().processors()));
    if (request.needs().stop() == LaunchRequest.StopBy.END_OF_INPUT) {
      environment.put(ParentWatch.VARIABLE, ParentWatch.STANDARD_INPUT);
    }
    environment.putAll(request.environment());
    try {
      Files.createDirectories(log.getParent());
      Process child = builder.start();
      LOG.infof("Job %s runs as process %d, its log is %s", request.name(), child.pid(), log);
      child.onExit().thenAccept(ended -> ended(request.name(), ended));
      return new Child(child, request.needs());
    } catch (IOException e) {
      throw new UncheckedIOException(
          "Job " + request.name() + " cannot be started: " + Reason.of(e), e);
    }
  }

  private List<String> command(LaunchRequest request) {
    List<String> options = new ArrayList<>(settings.javaOptions());
    if (request.needs().stop() == LaunchRequest.StopBy.END_OF_INPUT) {
      options.add("-Xrs");
    }
    options.add(
        "-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir")); // which the stack empties
    options.add("-Dai.djl.pytorch.num_threads=" + request.needs().processors());
    return settings.program().command(options, request.arguments());
  }

  private void ended(String name, Process child) {
    LOG.infof("Job %s ended with exit code %d", name, child.exitValue());
    listeners.forEach(listener -> listener.accept(name));
  }
}
