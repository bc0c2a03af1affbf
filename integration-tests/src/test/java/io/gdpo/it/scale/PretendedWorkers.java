package io.gdpo.it.scale;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.BuildResult;
import io.gdpo.contracts.job.WorkOutcome;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands for the workers in pods that only pretend to run: when one's time is over it leaves the
 * outcome that a worker would, and then has the simulator end the pod, so that an outcome is there
 * before its pod's end, as it is with a worker. One item in a hundred leaves none at its first run.
 * How long a pod runs is drawn by the seed.
 */
final class PretendedWorkers implements ResourceEventHandler<Pod>, AutoCloseable {
  /** A pod with this annotation is ended by nobody: tools/kubernetes/stages.yaml. */
  static final String NEVER_ENDS = "test/never-ends";

  private static final Pattern BUILD = Pattern.compile("build-(.*-(\\d+))-(\\d+)");
  private static final int SHORTEST_RUN_MILLIS = 5_000;
  private static final int LONGEST_RUN_MILLIS = 35_000;
  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final Path builds;
  private final long seed;
  private final Map<String, Run> runs = new ConcurrentHashMap<>();
  private final Set<String> begun = ConcurrentHashMap.newKeySet();
  private final Map<String, Integer> silent = new ConcurrentHashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService ends = Executors.newScheduledThreadPool(4);
  private final SharedIndexInformer<Pod> informer;

  /**
   * A pod of an attempt.
   *
   * @param job the uid of its Job
   * @param ended null while that was not seen
   */
  record Run(String item, int attempt, String job, String pod, Instant created, Instant ended) {}

  /**
   * @param builds the folder that holds each build's own, in the artifact store
   */
  PretendedWorkers(PretendingCluster cluster, Path builds, long seed) {
    this.client = cluster.client();
    this.builds = builds;
    this.seed = seed;
    this.informer =
        client
            .pods()
            .inNamespace(cluster.name())
            .withLabel("gdpo.io/owner", PretendingCluster.OWNER)
            .runnableInformer(0)
            .exceptionHandler((started, failure) -> true) // it goes on trying
            .addEventHandler(this);
    informer.start();
  }

  /** Whether the first run of this item leaves no outcome. */
  boolean leavesNoneAtFirst(int number) {
    return Math.floorMod(number - seed, 100) == 0;
  }

  /**
   * Every pod that began. A killed API server may have the cluster make a pod for a Job that has
   * one, and take it away before it begins: that is no run.
   */
  Collection<Run> runs() {
    return runs.values().stream().filter(run -> begun.contains(run.pod())).toList();
  }

  /** What kept it from its part. */
  List<String> errors() {
    return errors;
  }

  @Override
  public void onAdd(Pod pod) {
    see(pod);
  }

  @Override
  public void onUpdate(Pod before, Pod now) {
    see(now);
  }

  @Override
  public void onDelete(Pod pod, boolean finalStateUnknown) {
    see(pod);
  }

  private void see(Pod pod) {
    Matcher name = BUILD.matcher(pod.getMetadata().getAnnotations().get("gdpo.io/job"));
    if (!name.matches()) {
      errors.add("pod " + pod.getMetadata().getName() + " is of no build");
      return;
    }
    Run run =
        new Run(
            name.group(1),
            Integer.parseInt(name.group(3)),
            pod.getMetadata().getOwnerReferences().stream()
                .map(OwnerReference::getUid)
                .findFirst()
                .orElse("none"),
            pod.getMetadata().getUid(),
            Instant.parse(pod.getMetadata().getCreationTimestamp()),
            ended(pod));
    runs.merge(run.pod(), run, (before, now) -> now.ended() == null ? before : now);
    if ("Running".equals(pod.getStatus().getPhase()) && begun.add(run.pod())) {
      int number = Integer.parseInt(name.group(2));
      long millis =
          new SplittableRandom(seed * 1_000_003 + number)
              .nextInt(SHORTEST_RUN_MILLIS, LONGEST_RUN_MILLIS);
      ends.schedule(() -> end(pod, run, number), millis, TimeUnit.MILLISECONDS);
    }
  }

  private static Instant ended(Pod pod) {
    return pod.getStatus().getContainerStatuses().stream()
        .map(container -> container.getState().getTerminated())
        .filter(Objects::nonNull)
        .map(end -> Instant.parse(end.getFinishedAt()))
        .findFirst()
        .orElse(null);
  }

  private void end(Pod pod, Run run, int number) {
    try {
      boolean leavesNone =
          leavesNoneAtFirst(number)
              && silent.computeIfAbsent(run.item(), item -> run.attempt()) == run.attempt();
      if (!leavesNone) {
        leaveOutcome(run);
      }
      client
          .resource(pod)
          .patch(
              PatchContext.of(PatchType.JSON_MERGE),
              "{\"metadata\": {\"annotations\": {\"" + NEVER_ENDS + "\": null}}}");
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        ends.schedule(() -> end(pod, run, number), 500, TimeUnit.MILLISECONDS);
      }
    } catch (IOException | RuntimeException e) {
      errors.add(run + ": " + e);
    }
  }

  private void leaveOutcome(Run run) throws IOException {
    Path folder = builds.resolve(run.item());
    Path written = Files.createTempFile(folder, "outcome", null);
    Files.write(
        written,
        Json.EVENTS.writeValueAsBytes(
            WorkOutcome.succeeded(
                run.attempt(),
                new BuildResult("file:/datasets/" + run.item(), Map.of("train", 1L), null))));
    Files.move(written, folder.resolve(WorkOutcome.FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** Pods that the cluster made for Jobs that had one: Kubernetes says that it may. */
  long secondPods() {
    return runs().size() - runs().stream().map(Run::job).distinct().count();
  }

  /** Pods of one item's different Jobs that were there at the same time. */
  List<String> overlaps() {
    Map<String, List<Run>> byItem = new HashMap<>();
    runs().forEach(run -> byItem.computeIfAbsent(run.item(), i -> new ArrayList<>()).add(run));
    List<String> overlaps = new ArrayList<>();
    for (List<Run> ofItem : byItem.values()) {
      ofItem.sort(Comparator.comparing(Run::created).thenComparing(Run::attempt));
      for (int i = 1; i < ofItem.size(); i++) {
        Instant before = ofItem.get(i - 1).ended();
        if (!ofItem.get(i).job().equals(ofItem.get(i - 1).job())
            && (before == null || ofItem.get(i).created().isBefore(before))) {
          overlaps.add(ofItem.get(i - 1) + " and " + ofItem.get(i));
        }
      }
    }
    return overlaps;
  }

  @Override
  public void close() {
    informer.stop();
    ends.shutdownNow();
  }
}
