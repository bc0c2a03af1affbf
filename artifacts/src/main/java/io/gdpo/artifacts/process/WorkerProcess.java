package io.gdpo.artifacts.process;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.WorkOutcome;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One process of a worker, from its arguments to its exit code: reads what it is told, does it,
 * leaves a {@link WorkOutcome}. Whatever ends the work is told there, also an error of the program;
 * only a process that is killed, or ends by {@code -XX:+ExitOnOutOfMemoryError}, leaves nothing.
 *
 * <p>It is asked to stop by the end of its standard input, where its parent said so ({@link
 * ParentWatch}), or by SIGTERM.
 */
public final class WorkerProcess<T> {
  /** The W3C trace context that this process works in; told in its log, to be found by. */
  private static final String TRACE = "TRACEPARENT";

  /** What an error says of Java's heap, not of the memory beside it. */
  private static final Pattern HEAP = Pattern.compile("Java heap space|GC overhead limit");

  private final WorkerCommand<T> command;
  private final PrintStream console;
  private final CountDownLatch stopAsked = new CountDownLatch(1);
  private final CountDownLatch ended = new CountDownLatch(1);

  /**
   * @param console takes the log
   */
  public WorkerProcess(WorkerCommand<T> command, PrintStream console) {
    this.command = command;
    this.console = console;
  }

  /**
   * Runs a command as this process, until it is done or asked to stop.
   *
   * @param args {@code --job URI} and, from the second attempt on, {@code --attempt N}
   * @return a code of {@link ExitCode}
   */
  public static int run(WorkerCommand<?> command, String... args) {
    WorkerProcess<?> process = new WorkerProcess<>(command, System.out);
    Optional.ofNullable(System.getenv(TRACE))
        .ifPresent(trace -> process.console.println("trace " + trace));
    ParentWatch.start(process.stopAsked::countDown, command.grace());
    if (!command.grace().isZero()) {
      // libtorch crashes when the JVM tears down under a running step, so SIGTERM waits for its
      // end.
      Runtime.getRuntime().addShutdownHook(new Thread(process::stop, "stop-on-signal"));
    }
    try {
      return process.execute(args);
    } finally {
      process.ended.countDown();
    }
  }

  private void stop() {
    stopAsked.countDown();
    try {
      if (!ended.await(command.grace().toMillis(), TimeUnit.MILLISECONDS)) {
        console.println("did not end in " + command.grace() + " after the signal");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Does the work; gives a code of {@link ExitCode}. */
  public int execute(String... args) {
    Arguments arguments;
    try {
      arguments = Arguments.of(args);
    } catch (IllegalArgumentException e) {
      console.println(e.getMessage());
      console.println(
          "Usage: " + command.verb() + " --job URI-OR-PATH [--attempt N] (of a JSON file)");
      return ExitCode.USAGE;
    }
    ArtifactStore folder;
    try {
      folder = Artifacts.at(arguments.job().resolve("."));
    } catch (IllegalArgumentException e) {
      console.println("There is no job there: " + e.getMessage());
      return ExitCode.USAGE;
    }
    T task;
    try {
      task = Json.EVENTS.readValue(folder.read(arguments.job()), command.task());
      command.check(task);
    } catch (ArtifactMissingException e) {
      console.println("The job cannot be read: " + e.getMessage());
      return ExitCode.USAGE;
    } catch (UncheckedIOException e) { // a store that does not answer may do so soon
      console.println("The job cannot be read: " + e.getMessage());
      leave(folder, WorkOutcome.of(arguments.attempt(), WorkOutcome.Status.BROKEN, Reason.of(e)));
      return ExitCode.BROKEN;
    } catch (IllegalArgumentException | IOException e) {
      String reason = "the job cannot be read: " + Reason.of(e);
      console.println(reason);
      leave(folder, WorkOutcome.of(arguments.attempt(), WorkOutcome.Status.FAILED, reason));
      return ExitCode.USAGE;
    }
    WorkOutcome outcome = outcome(task, folder, arguments.attempt());
    if (!leave(folder, outcome)) {
      return ExitCode.BROKEN;
    }
    return switch (outcome.status()) {
      case SUCCEEDED -> ExitCode.DONE;
      case FAILED -> ExitCode.FAILED;
      case BROKEN -> ExitCode.BROKEN;
      case STOPPED -> ExitCode.STOPPED;
    };
  }

  /** Says whether it could be told. */
  private boolean leave(ArtifactStore folder, WorkOutcome outcome) {
    try {
      folder.write(WorkOutcome.FILE, Json.EVENTS.writeValueAsBytes(outcome));
      return true;
    } catch (IOException | UncheckedIOException e) {
      console.println("How it ended cannot be told: " + e.getMessage());
      return false;
    }
  }

  private WorkOutcome outcome(T task, ArtifactStore folder, int attempt) {
    try {
      return WorkOutcome.succeeded(
          attempt, command.run(task, folder, () -> stopAsked.getCount() == 0, console));
    } catch (CancellationException e) {
      console.println(e.getMessage() + "; the next attempt goes on from there");
      return WorkOutcome.of(attempt, WorkOutcome.Status.STOPPED, e.getMessage());
    } catch (Throwable e) { // an error that is told nowhere would be tried again without a word
      if (heapIsFull(e)) {
        e.printStackTrace(console);
        return WorkOutcome.of(attempt, WorkOutcome.Status.FAILED, heapIsTooSmall());
      }
      if (command.isRefusal(e)) {
        console.println("It cannot be done: " + Reason.of(e));
        return WorkOutcome.of(attempt, WorkOutcome.Status.FAILED, Reason.of(e));
      }
      e.printStackTrace(console);
      String cause = e.getCause() == null ? "" : ", because of " + Reason.of(e.getCause());
      return WorkOutcome.of(attempt, WorkOutcome.Status.BROKEN, Reason.of(e) + cause);
    }
  }

  private static boolean heapIsFull(Throwable e) {
    return Stream.iterate(e, Objects::nonNull, Throwable::getCause)
        .anyMatch(
            cause ->
                cause instanceof OutOfMemoryError
                    && HEAP.matcher(String.valueOf(cause.getMessage())).lookingAt());
  }

  private String heapIsTooSmall() {
    return String.format(
        Locale.ROOT,
        "the Java heap of %d MB was full while it was to %s; raise gdpo.launcher.heap (the variable"
            + " GDPO_LAUNCHER_HEAP, as 4g), or make its data smaller, and ask again",
        Runtime.getRuntime().maxMemory() >> 20,
        command.verb());
  }

  /** {@code --job URI [--attempt N]}. */
  private record Arguments(URI job, int attempt) {
    static Arguments of(String... args) {
      if ((args.length != 2 && args.length != 4)
          || !args[0].equals("--job")
          || (args.length == 4 && !args[2].equals("--attempt"))) {
        throw new IllegalArgumentException(
            "'" + String.join(" ", args) + "' is not what is understood");
      }
      try {
        return new Arguments(
            ArtifactUri.of(args[1]), args.length == 4 ? Integer.parseInt(args[3]) : 1);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("--attempt takes a number, not '" + args[3] + "'", e);
      }
    }
  }
}
