package io.gdpo.it.scale;

import io.gdpo.it.stack.SecondReplica;
import io.gdpo.it.stack.Stack;
import java.io.IOException;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

/**
 * Kills, with kill -9, one of a service's two replicas or the API server, drawn by the seed, with
 * pauses between. The first replica is started again by its supervisor, the second by this after a
 * while, which may be longer than its lease lasts, so that the other takes over its work.
 */
final class Faults implements AutoCloseable {
  private enum Victim {
    FIRST_REPLICA,
    SECOND_REPLICA,
    API_SERVER
  }

  private static final int SHORTEST_PAUSE_MILLIS = 4_000;
  private static final int LONGEST_ABSENCE_MILLIS = 20_000;

  private final Stack stack;
  private final SecondReplica second;
  private final PretendingCluster cluster;
  private final Random random;
  private final int most;
  private final int longestPauseMillis;
  private final Map<Victim, Integer> struck = Collections.synchronizedMap(new TreeMap<>());
  private final Thread thread = new Thread(this::run, "faults");
  private volatile Exception failure;

  /**
   * @param longestPause between two faults
   */
  Faults(
      Stack stack,
      SecondReplica second,
      PretendingCluster cluster,
      long seed,
      int most,
      Duration longestPause) {
    this.stack = stack;
    this.second = second;
    this.cluster = cluster;
    this.random = new Random(seed);
    this.most = most;
    this.longestPauseMillis = (int) longestPause.toMillis();
    thread.start();
  }

  private void run() {
    List<Victim> deck = new ArrayList<>();
    try {
      for (int fault = 1; fault <= most; fault++) {
        if (deck.isEmpty()) {
          Collections.addAll(deck, Victim.values());
          Collections.shuffle(deck, random);
        }
        Victim victim = deck.remove(0);
        int pause = random.nextInt(SHORTEST_PAUSE_MILLIS, longestPauseMillis);
        int absence = random.nextInt(LONGEST_ABSENCE_MILLIS);
        TimeUnit.MILLISECONDS.sleep(pause);
        System.out.printf(
            "%s fault %d/%d: %s%n",
            LocalTime.now().truncatedTo(ChronoUnit.MILLIS), fault, most, victim);
        strike(victim, absence);
        struck.merge(victim, 1, Integer::sum);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the items have ended
    } catch (IOException | RuntimeException e) {
      failure = e;
    }
  }

  private void strike(Victim victim, int absence) throws IOException, InterruptedException {
    switch (victim) {
      case FIRST_REPLICA -> {
        while (stack.process(PretendingCluster.OWNER).isEmpty()) {
          TimeUnit.MILLISECONDS.sleep(100);
        }
        stack.process(PretendingCluster.OWNER).ifPresent(ProcessHandle::destroyForcibly);
      }
      case SECOND_REPLICA -> {
        second.kill();
        try {
          TimeUnit.MILLISECONDS.sleep(absence);
        } finally {
          second.start();
        }
      }
      default -> {
        cluster.killApiServer();
        try {
          TimeUnit.MILLISECONDS.sleep(absence / 2);
        } finally {
          Thread.interrupted(); // it comes back, whatever else ends
          cluster.startApiServer();
        }
      }
    }
  }

  /** How often each was killed. */
  Map<Victim, Integer> struck() {
    return struck;
  }

  /** Strikes no more; returns when what was killed is back. */
  @Override
  public void close() throws InterruptedException {
    thread.interrupt();
    thread.join();
    if (failure != null) {
      throw new IllegalStateException("A fault could not be carried out", failure);
    }
  }
}
