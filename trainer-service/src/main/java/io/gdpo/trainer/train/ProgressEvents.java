package io.gdpo.trainer.train;

import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.platform.event.EventProducer;
import java.io.PrintStream;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Sends a job's progress to Kafka as well as it can: training never waits for a broker, and never
 * fails for want of one. Events are sent on a thread of their own; when it falls behind, the oldest
 * unsent ones are dropped. {@code progress.jsonl} is the full record.
 */
final class ProgressEvents implements AutoCloseable {
  private static final int UNSENT_AT_MOST = 32;
  private static final long CLOSE_PATIENCE_SECONDS = 5;

  private final TrainingJob job;
  private final PrintStream console;
  private final EventProducer producer;
  private final ThreadPoolExecutor sender;
  private final AtomicBoolean complained = new AtomicBoolean();

  ProgressEvents(TrainingJob job, PrintStream console) {
    this.job = job;
    this.console = console;
    this.producer =
        new EventProducer(job.kafkaBootstrapServers(), "/trainer-service/jobs/" + job.jobId());
    this.sender =
        new ThreadPoolExecutor(
            1,
            1,
            0,
            TimeUnit.SECONDS,
            new ArrayBlockingQueue<>(UNSENT_AT_MOST),
            task -> {
              Thread thread = new Thread(task, "progress-events");
              thread.setDaemon(true);
              return thread;
            },
            new ThreadPoolExecutor.DiscardOldestPolicy());
  }

  void progressed(TrainingProgress progress) {
    send(new JobProgressed(job.jobId(), job.attempt(), progress));
  }

  private void send(Event event) {
    sender.execute(() -> producer.sendBestEffort(event, this::complainOnce));
  }

  private void complainOnce(Exception failure) {
    if (complained.compareAndSet(false, true)) {
      console.println(
          "progress events do not reach Kafka at %s (%s); training goes on without them"
              .formatted(job.kafkaBootstrapServers(), failure.getMessage()));
    }
  }

  /** Gives what is unsent a few seconds. */
  @Override
  public void close() {
    sender.shutdown();
    try {
      if (!sender.awaitTermination(CLOSE_PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        sender.shutdownNow();
      }
    } catch (InterruptedException e) {
      sender.shutdownNow();
      Thread.currentThread().interrupt();
    }
    producer.close();
  }
}
