package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobCondition;
import io.gdpo.platform.launch.LaunchState;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * How a job fares, told from what is seen of it: a pure function. A Job's own conditions tell how
 * it ended and little else; what it waits for stand its pods, its events and Kueue's Workload for.
 */
final class JobFate {
  /** How long after its time to end a pod is taken for stuck. */
  private static final Duration STUCK = Duration.ofSeconds(30);

  private static final Pattern EXIT_CODE = Pattern.compile("exit code (\\d+)");

  private JobFate() {}

  static LaunchState of(Seen seen, Instant now) {
    Job job = seen.job();
    if (job.getMetadata().getDeletionTimestamp() != null) {
      return new LaunchState.Running(
          newest(seen.pods()).flatMap(pod -> stuck(pod, now)).orElse("it is being ended"));
    }
    Optional<JobCondition> failed = condition(job, "Failed");
    if (failed.isPresent()) {
      return ended(failed.get(), seen.pods());
    }
    if (condition(job, "Complete").isPresent()) {
      return new LaunchState.Ended(0);
    }
    Optional<Pod> pod = newest(seen.pods());
    if (Boolean.TRUE.equals(job.getSpec().getSuspend())) {
      return suspended(seen, pod.filter(JobFate::isAlive));
    }
    return pod.map(it -> ofPod(it, now)).orElseGet(() -> withoutPod(seen));
  }

  /** Whether the cluster does nothing more for it. */
  static boolean isOver(Job job) {
    return condition(job, "Complete").isPresent() || condition(job, "Failed").isPresent();
  }

  /** Whether a pod's program was started. */
  static boolean hasBegun(Pod pod) {
    return worker(pod).filter(it -> it.getState().getWaiting() == null).isPresent();
  }

  private static Optional<JobCondition> condition(Job job, String type) {
    return job.getStatus() == null
        ? Optional.empty()
        : job.getStatus().getConditions().stream()
            .filter(it -> it.getType().equals(type) && "True".equals(it.getStatus()))
            .findFirst();
  }

  private static Optional<Pod> newest(List<Pod> pods) {
    return pods.isEmpty() ? Optional.empty() : Optional.of(pods.get(pods.size() - 1));
  }

  private static boolean isAlive(Pod pod) {
    String phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    return !"Succeeded".equals(phase) && !"Failed".equals(phase);
  }

  /** By its pod's exit code, if a pod of it ended by itself; else by the words of the cluster. */
  private static LaunchState ended(JobCondition failed, List<Pod> pods) {
    if ("DeadlineExceeded".equals(failed.getReason())) {
      return new LaunchState.Failed(
          "it took longer than its pool's deadline allows: " + failed.getMessage());
    }
    Optional<ContainerStateTerminated> last =
        newest(pods).flatMap(JobFate::worker).map(it -> it.getState().getTerminated());
    if (last.isPresent()) {
      return new LaunchState.Ended(last.get().getExitCode());
    }
    Matcher code = EXIT_CODE.matcher(Objects.toString(failed.getMessage(), ""));
    return code.find()
        ? new LaunchState.Ended(Integer.parseInt(code.group(1)))
        : new LaunchState.Failed(failed.getReason() + ": " + failed.getMessage());
  }

  private static Optional<ContainerStatus> worker(Pod pod) {
    return pod.getStatus() == null
        ? Optional.empty()
        : pod.getStatus().getContainerStatuses().stream()
            .filter(it -> it.getName().equals(JobManifest.CONTAINER))
            .filter(it -> it.getState() != null)
            .findFirst();
  }

  /** Kueue keeps a Job suspended until there is room, and suspends it again where it preempts. */
  private static LaunchState suspended(Seen seen, Optional<Pod> ending) {
    Optional<String> preempted =
        workload(seen, "Evicted", "True").map(it -> "it was preempted: " + it.getMessage());
    if (ending.isPresent()) {
      return new LaunchState.Running(preempted.orElse("it is suspended") + "; it saves and stops");
    }
    String queue = seen.job().getMetadata().getLabels().get(JobLabels.QUEUE);
    if (queue == null) {
      return new LaunchState.Pending("it is suspended, by nobody's queue; resume the Job");
    }
    String waits =
        workload(seen, "QuotaReserved", "False")
            .map(Condition::getMessage)
            .map(words -> "it waits in the queue " + queue + ": " + words)
            .orElse(
                seen.workload().isEmpty()
                    ? "it waits in the queue "
                        + queue
                        + ", and Kueue has not taken notice of it; is there a Kueue, and does it"
                        + " look after this namespace?"
                    : "it waits in the queue " + queue);
    return new LaunchState.Pending(preempted.map(why -> why + "; ").orElse("") + waits);
  }

  private static Optional<Condition> workload(Seen seen, String type, String status) {
    return seen.workload().stream()
        .filter(it -> it.getType().equals(type) && it.getStatus().equals(status))
        .findFirst();
  }

  /** Quotas and rules of the namespace refuse a pod; only an event of the Job tells. */
  private static LaunchState withoutPod(Seen seen) {
    List<String> warnings = seen.warnings();
    return new LaunchState.Pending(
        warnings.isEmpty()
            ? "its pod is not there yet"
            : "it gets no pod: " + warnings.get(warnings.size() - 1));
  }

  private static LaunchState ofPod(Pod pod, Instant now) {
    Optional<String> stuck = stuck(pod, now);
    if (stuck.isPresent()) {
      return new LaunchState.Running(stuck.get());
    }
    Optional<String> disrupted =
        pod(pod, "DisruptionTarget", "True")
            .map(it -> "its place is taken away: " + it.getMessage());
    if (disrupted.isPresent()) {
      return new LaunchState.Running(disrupted.get());
    }
    if (!isAlive(pod)) {
      return new LaunchState.Running(); // its Job will say so in a moment
    }
    if (pod.getStatus() == null || !"Running".equals(pod.getStatus().getPhase())) {
      return new LaunchState.Pending(waits(pod));
    }
    boolean answers = pod(pod, "Ready", "False").isEmpty();
    return answers
        ? new LaunchState.Running()
        : new LaunchState.Running(
            "its node " + pod.getSpec().getNodeName() + " does not answer, or it is not ready");
  }

  private static Optional<PodCondition> pod(Pod pod, String type, String status) {
    return pod.getStatus() == null
        ? Optional.empty()
        : pod.getStatus().getConditions().stream()
            .filter(it -> it.getType().equals(type) && it.getStatus().equals(status))
            .findFirst();
  }

  private static String waits(Pod pod) {
    Optional<String> container =
        worker(pod)
            .map(it -> it.getState().getWaiting())
            .filter(it -> it.getReason() != null && !it.getReason().equals("ContainerCreating"))
            .map(JobFate::words);
    return Stream.of(
            container,
            pod(pod, "PodScheduled", "False").map(it -> "no node takes it: " + it.getMessage()))
        .flatMap(Optional::stream)
        .findFirst()
        .orElse("its pod starts");
  }

  private static String words(ContainerStateWaiting waiting) {
    String message = waiting.getMessage() == null ? "" : ": " + waiting.getMessage();
    return "its container cannot start: " + waiting.getReason() + message;
  }

  /** A pod that was to be gone long ago: nobody on its node ends it. */
  private static Optional<String> stuck(Pod pod, Instant now) {
    String deleted = pod.getMetadata().getDeletionTimestamp();
    return deleted != null && isAlive(pod) && now.isAfter(Instant.parse(deleted).plus(STUCK))
        ? Optional.of(
            "its pod %s was to end by %s and has not: its node %s does not answer; if that node is"
                    .formatted(pod.getMetadata().getName(), deleted, pod.getSpec().getNodeName())
                + " gone for good, delete the node or give it the taint"
                + " node.kubernetes.io/out-of-service")
        : Optional.empty();
  }
}
