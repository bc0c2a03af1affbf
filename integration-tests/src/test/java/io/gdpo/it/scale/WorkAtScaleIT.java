package io.gdpo.it.scale;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.gdpo.contracts.Json;
import io.gdpo.it.scale.PretendedWorkers.Run;
import io.gdpo.it.stack.SecondReplica;
import io.gdpo.it.stack.Stack;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Many builds as Jobs of a real API server whose nodes only pretend, while two replicas of
 * dataset-service and the API server are killed at random: each ends once, none is run twice at a
 * time, and what is killed counts as no attempt.
 *
 * <p>By hand with {@code -Dgdpo.scale.items=10000 -Dgdpo.scale.faults=24 -Dgdpo.scale.seed=7}.
 */
@Tag("kubernetes")
class WorkAtScaleIT {
  private static final int NODES = 200;
  private static final int MOST_ALIVE = 1_000;
  private static final Duration LOOK_EVERY = Duration.ofSeconds(10);
  private static final Duration STANDSTILL = Duration.ofMinutes(4);

  private final int items = Integer.getInteger("gdpo.scale.items", 300);
  private final int faults = Integer.getInteger("gdpo.scale.faults", 3);
  private final long seed = Long.getLong("gdpo.scale.seed", 1L);
  private final AtomicLong mostAlive = new AtomicLong();

  @Test
  void work_ends_once_while_replicas_and_the_api_server_are_killed(@TempDir Path folder)
      throws Exception {
    Path home = folder.resolve("home");
    try (PretendingCluster cluster = new PretendingCluster(NODES);
        Stack stack = Stack.start(home, settings(cluster, folder));
        SecondReplica second = new SecondReplica(stack, PretendingCluster.OWNER);
        PretendedWorkers workers =
            new PretendedWorkers(cluster, home.resolve("artifacts/builds"), seed);
        ToldEnds told = new ToldEnds(stack)) {
      Instant begin = Instant.now();
      told.ask(items, specification(folder));
      Map<?, Integer> struck = runToTheEnd(cluster, stack, second, told);
      Duration took = Duration.between(begin, Instant.now());
      told.hear(Duration.ofSeconds(5));
      System.out.printf(
          "seed %d: %d of %d items in %d s (%.1f a second), at most %d Jobs alive, killed %s,"
              + " runs by attempt %s, %d second pods of one Job, %d records came again%n",
          seed,
          told.ready(),
          items,
          took.toSeconds(),
          told.ready() / (took.toMillis() / 1000.0),
          mostAlive.get(),
          struck,
          byAttempt(workers),
          workers.secondPods(),
          told.again());
      assertThat(told.wrong()).isEmpty();
      assertThat(told.ready()).isEqualTo(items);
      assertThat(states(stack)).isEqualTo(Map.of("READY", items));
      assertThat(wrongRuns(workers)).isEmpty();
      assertThat(workers.errors()).isEmpty();
      assertThat(mostAlive.get()).isLessThanOrEqualTo(MOST_ALIVE);
      assertThat(cluster.jobsAlive()).isZero();
    }
  }

  private static Map<String, String> settings(PretendingCluster cluster, Path folder)
      throws IOException {
    Path kubeconfig = folder.resolve("service.conf");
    cluster.writeServiceConfig(kubeconfig);
    Path properties = folder.resolve("scale.properties");
    Files.writeString(
        properties,
        """
        gdpo.launcher.kind=kubernetes
        gdpo.kubernetes.namespace=%1$s
        gdpo.kubernetes.keep-ended=30s
        gdpo.kubernetes.pod-annotations."%2$s"=true
        gdpo.kubernetes.default-pool.memory=1Gi
        gdpo.kubernetes.default-pool.node-selector.test-pool=%1$s
        gdpo.builds.max-parallel=%3$d
        """
            .formatted(cluster.name(), PretendedWorkers.NEVER_ENDS, MOST_ALIVE));
    return Map.of(
        "KUBECONFIG", kubeconfig.toString(),
        "QUARKUS_CONFIG_LOCATIONS", properties.toString());
  }

  private static String specification(Path folder) throws IOException {
    Path survey =
        Files.copy(Path.of("src/test/resources/survey.csv"), folder.resolve("survey.csv"));
    return Json.EVENTS.writeValueAsString(Map.of("survey", survey.toString(), "group", "Harbour"));
  }

  /** Returns when every item was told to have ended, or none was for long; what was killed. */
  private Map<?, Integer> runToTheEnd(
      PretendingCluster cluster, Stack stack, SecondReplica second, ToldEnds told)
      throws InterruptedException {
    ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
    looks.scheduleWithFixedDelay(
        () -> look(cluster, told), 0, LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS);
    Duration longestPause = Duration.ofSeconds(10 + items / 100);
    Faults struck = new Faults(stack, second, cluster, seed, faults, longestPause);
    try (struck) {
      int before = 0;
      Instant last = Instant.now();
      while (told.ready() < items
          && Duration.between(last, Instant.now()).compareTo(STANDSTILL) < 0) {
        told.hear(Duration.ofSeconds(1));
        if (told.ready() > before) {
          before = told.ready();
          last = Instant.now();
        }
      }
    } finally {
      looks.shutdownNow();
    }
    return struck.struck();
  }

  private void look(PretendingCluster cluster, ToldEnds told) {
    try {
      long alive = cluster.jobsAlive();
      mostAlive.accumulateAndGet(alive, Math::max);
      System.out.printf("%s: %d Jobs alive, %d items ready%n", Instant.now(), alive, told.ready());
    } catch (KubernetesClientException e) {
      System.out.printf(
          "%s: the API server is away, %d items ready%n", Instant.now(), told.ready());
    }
  }

  private static Map<Integer, Integer> byAttempt(PretendedWorkers workers) {
    Map<Integer, Integer> numbers = new TreeMap<>();
    workers.runs().forEach(run -> numbers.merge(run.attempt(), 1, Integer::sum));
    return numbers;
  }

  /** Every dataset's state, by REST. */
  private Map<String, Integer> states(Stack stack) throws IOException, InterruptedException {
    Map<String, Integer> states = new TreeMap<>();
    int page = 1_000;
    for (int offset = 0; offset < items; offset += page) {
      HttpResponse<String> answer =
          HttpClient.newHttpClient()
              .send(
                  HttpRequest.newBuilder(
                          URI.create(
                              stack.url(PretendingCluster.OWNER)
                                  + "/datasets?limit="
                                  + page
                                  + "&offset="
                                  + offset))
                      .build(),
                  HttpResponse.BodyHandlers.ofString());
      for (JsonNode dataset : Json.EVENTS.readTree(answer.body())) {
        states.merge(dataset.path("state").asText(), 1, Integer::sum);
      }
    }
    return states;
  }

  /**
   * An item has one Job, or two if its first leaves no outcome; each an attempt of its own. That
   * Kubernetes now and then makes a second pod for a Job, around the death of its API server, is
   * known of it: a worker waits for the other by the lock of its workspace.
   */
  private List<String> wrongRuns(PretendedWorkers workers) {
    List<String> wrong = new ArrayList<>(workers.overlaps());
    Map<String, List<Run>> byItem = new TreeMap<>();
    workers
        .runs()
        .forEach(run -> byItem.computeIfAbsent(run.item(), item -> new ArrayList<>()).add(run));
    for (int number = 0; number < items; number++) {
      List<Run> ofItem = byItem.getOrDefault(ToldEnds.item(number), List.of());
      Set<Integer> attempts = new HashSet<>();
      Set<String> jobs = new HashSet<>();
      ofItem.forEach(
          run -> {
            attempts.add(run.attempt());
            jobs.add(run.job());
          });
      int expected = workers.leavesNoneAtFirst(number) ? 2 : 1;
      if (jobs.size() != expected || attempts.size() != expected) {
        wrong.add("item " + number + " was to be run " + expected + " times: " + ofItem);
      }
    }
    return wrong;
  }
}
