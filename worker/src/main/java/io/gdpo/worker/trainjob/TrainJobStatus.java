package io.gdpo.worker.trainjob;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Tells a TrainJob of Kubeflow Trainer how its training goes, where the controller of TrainJobs has
 * set the variables that say how ({@value #URL} and its like); nobody else sets them.
 *
 * <p>Training is neither held up nor ended by it: a line is only remembered, and a thread of its
 * own posts the latest, one in five seconds at most, and one at the end. What is not taken is tried
 * again with the next; why, is said once.
 */
public final class TrainJobStatus implements Consumer<TrainingProgress> {
  /** The address that takes the status. */
  static final String URL = "KUBEFLOW_TRAINER_SERVER_URL";

  /** A file with the certificates of who signed the server's, in PEM. */
  static final String CA_CERT = "KUBEFLOW_TRAINER_SERVER_CA_CERT";

  /** A file with the bearer token. */
  static final String TOKEN = "KUBEFLOW_TRAINER_SERVER_TOKEN";

  static final Duration BETWEEN_POSTS = Duration.ofSeconds(5);

  /** How long an answer may take. */
  private static final Duration ANSWER = Duration.ofSeconds(5);

  /** For the last post, and for one before it that is not answered yet. */
  private static final Duration LAST_POST = ANSWER.multipliedBy(2);

  private final StatusServer server;
  private final PrintStream console;
  private final ScheduledExecutorService posts;
  private final LongSupplier nanoTime;

  /** The latest measures of training, and of evaluation with {@code eval_} before their names. */
  private final Map<String, String> metrics = new TreeMap<>();

  /** What is to be posted; a post is scheduled if, and only if, there is one. */
  private final AtomicReference<TrainerStatus> waiting = new AtomicReference<>();

  private volatile long postedAt;
  private String trouble;

  TrainJobStatus(
      StatusServer server,
      PrintStream console,
      ScheduledExecutorService posts,
      LongSupplier nanoTime) {
    this.server = server;
    this.console = console;
    this.posts = posts;
    this.nanoTime = nanoTime;
    this.postedAt = nanoTime.getAsLong() - BETWEEN_POSTS.toNanos();
  }

  /**
   * As the environment says.
   *
   * @param console where it is said what is in the way
   * @return empty if this is no training of a TrainJob, or if its variables make no sense
   */
  public static Optional<TrainJobStatus> of(Map<String, String> environment, PrintStream console) {
    if (environment.get(URL) == null) {
      return Optional.empty();
    }
    try {
      URI url = URI.create(environment.get(URL));
      StatusServer server =
          new StatusServer(url, file(environment, CA_CERT), file(environment, TOKEN), ANSWER);
      console.println("The TrainJob is told how training goes, at " + url);
      return Optional.of(
          new TrainJobStatus(
              server,
              console,
              new ScheduledThreadPoolExecutor(1, TrainJobStatus::thread),
              System::nanoTime));
    } catch (IllegalArgumentException e) {
      console.println("The TrainJob is not told how training goes: " + Reason.of(e));
      return Optional.empty();
    }
  }

  private static Path file(Map<String, String> environment, String variable) {
    String path = environment.get(variable);
    if (path == null) {
      throw new IllegalArgumentException(URL + " is set, " + variable + " is not");
    }
    return Path.of(path);
  }

  private static Thread thread(Runnable work) {
    Thread thread = new Thread(work, "trainjob-status");
    thread.setDaemon(true);
    return thread;
  }

  /** Has a line of progress told, now or soon. */
  @Override
  public void accept(TrainingProgress progress) {
    String before = progress.phase() == Phase.EVAL ? "eval_" : "";
    progress.metrics().forEach((name, value) -> metrics.put(before + name, value.toString()));
    // Under the names that transformers gives them.
    metrics.put("current_step", Long.toString(progress.step()));
    metrics.put("total_steps", Long.toString(progress.totalSteps()));
    metrics.put("current_epoch", Double.toString(progress.epoch()));
    if (waiting.getAndSet(TrainerStatus.of(progress, metrics, Instant.now())) == null) {
      schedule();
    }
  }

  private void schedule() {
    long since = nanoTime.getAsLong() - postedAt;
    posts.schedule(this::post, Math.max(0, BETWEEN_POSTS.toNanos() - since), TimeUnit.NANOSECONDS);
  }

  private void post() {
    TrainerStatus status = waiting.getAndSet(null);
    if (status == null) {
      return; // the end has taken it
    }
    postedAt = nanoTime.getAsLong();
    try {
      server.post(Json.EVENTS.writeValueAsBytes(new TrainerStatus.Update(status)));
      say(null);
    } catch (IOException | RuntimeException e) {
      say(Reason.of(e));
      if (waiting.compareAndSet(null, status)) {
        schedule();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the process ends
    }
  }

  /** Says what has changed, and not what is as it was. */
  private void say(String now) {
    if (now != null && !now.equals(trouble)) {
      console.println("The TrainJob cannot be told how training goes, which goes on: " + now);
    } else if (now == null && trouble != null) {
      console.println("The TrainJob is told again how training goes");
    }
    trouble = now;
  }

  /**
   * Tells how it ended, or what is not told yet; waits for that, but not for long.
   *
   * @param succeeded whether training is over and a model there
   */
  public void end(boolean succeeded) {
    if (succeeded) {
      waiting.set(TrainerStatus.succeeded(metrics, Instant.now()));
    }
    Future<?> last = posts.submit(this::post);
    try {
      last.get(LAST_POST.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      console.println(
          "The TrainJob is not told the end: no answer in " + LAST_POST.toSeconds() + " s");
    } catch (ExecutionException e) {
      console.println("The TrainJob is not told the end: " + Reason.of(e.getCause()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      posts.shutdownNow();
    }
  }
}
