package io.gdpo.local.supervision;

import io.gdpo.contracts.Reason;
import io.gdpo.local.supervision.Health.State;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Keeps the parts of a stack running: looks at each again and again, and at once when one ends.
 * What has ended is started again, later each time that it does not live long; what lives without
 * answering is killed when {@link Patience} is at its end, and then has ended.
 *
 * <p>Thread-safe. After {@link #close} nothing is started any more.
 */
public final class Supervision implements AutoCloseable {
  private static final Duration HEALTHY_LIFE = Duration.ofSeconds(60);
  private static final Duration START_LIMIT = Duration.ofSeconds(240);
  private static final long CLOSE_LIMIT_SECONDS = 60;
  private static final int THREADS = 8; // a look at each of five parts, and the news of their ends

  private final Patience patience;
  private final Consumer<String> news;
  private final Runnable changed;
  private final Map<String, Watched> parts = new ConcurrentHashMap<>();
  private final ScheduledExecutorService looks =
      Executors.newScheduledThreadPool(THREADS, Supervision::daemon);
  private volatile boolean closed;

  /**
   * @param news told what happens, in words
   * @param changed run when the {@link #health} of a part, or its process, is another
   */
  public Supervision(Patience patience, Consumer<String> news, Runnable changed) {
    this.patience = patience;
    this.news = news;
    this.changed = changed;
  }

  /** Looks after a part that runs and has answered, until {@link #close}. */
  public void watch(Part part) {
    Watched watched = new Watched(part);
    parts.put(part.label(), watched);
    part.onEnd(watched::soon);
    long every = patience.every().toMillis();
    looks.scheduleWithFixedDelay(watched::look, every, every, TimeUnit.MILLISECONDS);
  }

  /** Runs {@code work} as often as a part is looked at. */
  public void repeat(Runnable work) {
    long every = patience.every().toMillis();
    looks.scheduleWithFixedDelay(work, every, every, TimeUnit.MILLISECONDS);
  }

  /** How a part fares; {@code STARTING} before it is watched. */
  public Health health(String label) {
    Watched watched = parts.get(label);
    return watched == null ? Health.starting(0) : watched.health;
  }

  /** Returns when nothing is being started any more. */
  @Override
  public void close() {
    closed = true;
    looks.shutdownNow();
    try {
      if (!looks.awaitTermination(CLOSE_LIMIT_SECONDS, TimeUnit.SECONDS)) {
        news.accept("A part of the stack is still being started; it is stopped as it is");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "gdpo-supervision");
    thread.setDaemon(true);
    return thread;
  }

  /** A part and its history in this stack. */
  private final class Watched {
    private final Part part;
    private volatile Health health = new Health(State.ANSWERS, "answers", 0);
    private long startedAt = System.nanoTime();
    private boolean hasAnswered = true;
    private int misses;
    private int rapidDeaths;
    private boolean isDown;
    private long dueAt;

    Watched(Part part) {
      this.part = part;
    }

    /** Looks now, on another thread. */
    void soon() {
      try {
        looks.execute(this::look);
      } catch (RejectedExecutionException e) {
        if (!closed) {
          throw e;
        }
      }
    }

    synchronized void look() {
      if (closed) {
        return;
      }
      try {
        if (isDown || !part.isAlive()) {
          down();
        } else if (part.answers(patience.limit())) {
          hasAnswered = true;
          misses = 0;
          become(State.ANSWERS, "answers");
        } else if (part.isAlive()) {
          silent();
        } else {
          down();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt(); // the stack is being closed
      } catch (RuntimeException e) {
        if (!closed) {
          news.accept(part.label() + " cannot be looked after: " + Reason.of(e));
          become(State.SILENT, "cannot be looked after: " + Reason.of(e));
        }
      }
    }

    private void silent() throws InterruptedException {
      if (!hasAnswered && sinceStart().compareTo(START_LIMIT) < 0) {
        become(State.STARTING, "is starting");
        return;
      }
      misses++;
      if (misses < patience.misses()) {
        become(
            State.SILENT,
            String.format(
                Locale.ROOT,
                "does not answer (%d of %d questions; then it is killed and started again)",
                misses,
                patience.misses()));
        return;
      }
      news.accept(
          String.format(
              Locale.ROOT,
              "%s has not answered %d questions in a row: killing it. Its log is %s",
              part.label(),
              misses,
              part.log()));
      misses = 0;
      part.kill();
      down();
    }

    private void down() {
      if (!isDown) {
        isDown = true;
        rapidDeaths = sinceStart().compareTo(HEALTHY_LIFE) > 0 ? 0 : rapidDeaths + 1;
        waitAfter(part.end());
      }
      if (System.nanoTime() - dueAt >= 0) {
        startAgain();
      }
    }

    private void startAgain() {
      try {
        part.startAgain();
      } catch (RuntimeException e) {
        if (!closed) {
          rapidDeaths++;
          waitAfter("could not be started again: " + Reason.of(e));
        }
        return;
      }
      isDown = false;
      hasAnswered = false;
      misses = 0;
      startedAt = System.nanoTime();
      health = Health.starting(health.restarts() + 1);
      changed.run();
      news.accept(part.label() + " was started again");
      part.onEnd(this::soon);
    }

    private void waitAfter(String event) {
      Duration delay = Backoff.after(rapidDeaths).delay();
      dueAt = System.nanoTime() + delay.toNanos();
      String again = String.format(Locale.ROOT, "; starting it again in %d s", delay.toSeconds());
      become(State.ENDED, event.lines().findFirst().orElse("") + again);
      news.accept("%s %s%s. Its log is %s".formatted(part.label(), event, again, part.log()));
      if (!delay.isZero()) {
        looks.schedule(this::look, delay.toMillis() + 1, TimeUnit.MILLISECONDS);
      }
    }

    private void become(State state, String words) {
      Health now = new Health(state, words, health.restarts());
      if (!now.equals(health)) {
        health = now;
        changed.run();
      }
    }

    private Duration sinceStart() {
      return Duration.ofNanos(System.nanoTime() - startedAt);
    }
  }
}
