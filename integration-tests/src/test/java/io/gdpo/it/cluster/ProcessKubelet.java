package io.gdpo.it.cluster;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.gdpo.contracts.Json;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A node of a real API server that runs the pods bound to it as child processes, where no container
 * can run: each pod's arguments are handed to the worker. Volumes are folders, and what a pod asks
 * for that this kubelet does not know is an error, so that nothing is passed over.
 *
 * <p>It cannot mount. So a claim's folder must have the path that it is mounted at, and {@code
 * /tmp} and {@code /dev/shm} are told to the process as other folders.
 */
public final class ProcessKubelet implements AutoCloseable {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final long BETWEEN_LOOKS_MILLIS = 200;
  private static final int CONFLICT = 409;

  private static final Set<String> POD_FIELDS =
      Set.of(
          "automountServiceAccountToken",
          "containers",
          "dnsPolicy",
          "enableServiceLinks",
          "nodeName",
          "nodeSelector",
          "preemptionPolicy",
          "priority",
          "restartPolicy",
          "schedulerName",
          "securityContext",
          "serviceAccount",
          "serviceAccountName",
          "terminationGracePeriodSeconds",
          "tolerations",
          "volumes");

  private static final Set<String> CONTAINER_FIELDS =
      Set.of(
          "args",
          "env",
          "image",
          "imagePullPolicy",
          "name",
          "resources",
          "securityContext",
          "terminationMessagePath",
          "terminationMessagePolicy",
          "volumeMounts");

  private final KubernetesClient client;
  private final String node;
  private final Path folder;
  private final Map<String, Path> claims;
  private final KubeletLogs logs;
  private final Map<String, Running> running = new HashMap<>();
  private final List<String> errors = new CopyOnWriteArrayList<>();
  private final List<String> history = new CopyOnWriteArrayList<>();
  private final ScheduledExecutorService looks = Executors.newSingleThreadScheduledExecutor();
  private Instant heartbeat = Instant.MIN;

  /** A pod's process. */
  private static final class Running {
    final Pod pod;
    final Process process;
    Instant askedToStop;
    boolean told;

    Running(Pod pod, Process process) {
      this.pod = pod;
      this.process = process;
    }
  }

  /**
   * @param folder for what pods write outside their claims
   * @param claims folders of persistent volume claims, by name
   * @param pki by which the API server knows its nodes
   */
  public ProcessKubelet(
      KubernetesClient client, String node, Path folder, Map<String, Path> claims, Path pki) {
    this.client = client;
    this.node = node;
    this.folder = folder;
    this.claims = claims;
    this.logs = new KubeletLogs(pki, folder);
    Map<String, Quantity> room =
        Map.of(
            "cpu", new Quantity("16"), "memory", new Quantity("64Gi"), "pods", new Quantity("20"));
    client
        .nodes()
        .resource(
            new NodeBuilder()
                .withNewMetadata()
                .withName(node)
                .addToLabels("test-node", node)
                .endMetadata()
                .withNewStatus()
                .withCapacity(room)
                .withAllocatable(room)
                .addNewAddress("127.0.0.1", "InternalIP")
                .withNewDaemonEndpoints()
                .withNewKubeletEndpoint(logs.port())
                .endDaemonEndpoints()
                .endStatus()
                .build())
        .create();
    looks.scheduleWithFixedDelay(this::pass, 0, BETWEEN_LOOKS_MILLIS, TimeUnit.MILLISECONDS);
  }

  /** What went on: {@code starts} and {@code ended N}, with the pods' names, in order. */
  public List<String> history() {
    return history;
  }

  /** What it was asked for and cannot do, and what went wrong. */
  public List<String> errors() {
    return errors;
  }

  /** One look; nothing that it meets ends the looking. */
  private void pass() {
    try {
      beat();
      for (Pod pod :
          client.pods().inAnyNamespace().withField("spec.nodeName", node).list().getItems()) {
        look(pod);
      }
    } catch (KubernetesClientException e) {
      if (e.getCode() != CONFLICT) { // else somebody wrote in between: it is done at the next look
        errors.add("the API server: " + e.getMessage());
      }
    } catch (IOException | RuntimeException e) {
      errors.add(e.toString());
    }
  }

  private void beat() {
    if (Duration.between(heartbeat, Instant.now()).compareTo(HEARTBEAT) < 0) {
      return;
    }
    Instant now = Instant.now();
    client
        .nodes()
        .withName(node)
        .editStatus(
            it ->
                new NodeBuilder(it)
                    .editStatus()
                    .withConditions()
                    .addNewCondition()
                    .withType("Ready")
                    .withStatus("True")
                    .withReason("KubeletReady")
                    .withLastHeartbeatTime(now.toString())
                    .endCondition()
                    .endStatus()
                    .build());
    heartbeat = now;
  }

  private void look(Pod pod) throws IOException {
    Running known = running.get(pod.getMetadata().getUid());
    boolean ending = pod.getMetadata().getDeletionTimestamp() != null;
    if (known == null) {
      if (!ending && "Pending".equals(pod.getStatus().getPhase())) {
        start(pod);
      }
      return;
    }
    if (ending && known.process.isAlive()) {
      stop(known);
    } else if (known.process.isAlive() && "Pending".equals(pod.getStatus().getPhase())) {
      tell(
          pod,
          "Running",
          new ContainerStateBuilder()
              .withNewRunning()
              .withStartedAt(Instant.now().toString())
              .endRunning()
              .build());
    }
    if (!known.process.isAlive()) {
      if (!known.told) {
        int code = known.process.exitValue();
        tell(
            pod,
            code == 0 ? "Succeeded" : "Failed",
            new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(code)
                .withReason(code == 0 ? "Completed" : "Error")
                .endTerminated()
                .build());
        known.told = true;
        history.add("ended " + code + " " + pod.getMetadata().getName());
      }
      if (ending) {
        client.resource(pod).withGracePeriod(0).delete();
      }
    }
  }

  private static void stop(Running pod) {
    if (pod.askedToStop == null) {
      pod.askedToStop = Instant.now();
      pod.process.destroy(); // SIGTERM
    }
    long grace = pod.pod.getSpec().getTerminationGracePeriodSeconds();
    if (Instant.now().isAfter(pod.askedToStop.plusSeconds(grace))) {
      pod.process.destroyForcibly();
    }
  }

  private void start(Pod pod) throws IOException {
    String name = pod.getMetadata().getName();
    requireKnown(name, pod.getSpec(), POD_FIELDS);
    Container container = pod.getSpec().getContainers().get(0);
    requireKnown(name, container, CONTAINER_FIELDS);
    Map<String, Path> mounts = mounts(pod, container);
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Djava.io.tmpdir=" + mounts.get("/tmp"));
    command.add("-cp");
    command.add(workerClassPath());
    command.add("io.gdpo.worker.Worker");
    command.addAll(container.getArgs());
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"))
            .redirectOutput(folder.resolve(name + ".log").toFile());
    for (EnvVar variable : container.getEnv()) {
      Path moved = mounts.get(variable.getValue());
      builder
          .environment()
          .put(variable.getName(), moved == null ? variable.getValue() : moved.toString());
    }
    running.put(pod.getMetadata().getUid(), new Running(pod, builder.start()));
    history.add("starts " + name);
  }

  private static String workerClassPath() {
    Path worker = Path.of("..", "worker", "target").toAbsolutePath().normalize();
    return worker + "/*" + File.pathSeparator + worker.resolve("lib") + "/*";
  }

  private static void requireKnown(String pod, Object part, Set<String> known) throws IOException {
    JsonNode json = Json.EVENTS.readTree(Serialization.asJson(part));
    Set<String> unknown = new TreeSet<>();
    json.fieldNames().forEachRemaining(unknown::add);
    unknown.removeAll(known);
    if (!unknown.isEmpty()) {
      throw new IllegalArgumentException("pod " + pod + " asks for " + unknown);
    }
  }

  /** The folder of each mount, by its path. */
  private Map<String, Path> mounts(Pod pod, Container container) throws IOException {
    Map<String, Path> mounts = new HashMap<>();
    for (VolumeMount mount : container.getVolumeMounts()) {
      Volume volume =
          pod.getSpec().getVolumes().stream()
              .filter(it -> it.getName().equals(mount.getName()))
              .findFirst()
              .orElseThrow();
      Path path;
      if (volume.getEmptyDir() != null) {
        path =
            Files.createDirectories(
                folder.resolve(pod.getMetadata().getUid()).resolve(volume.getName()));
      } else if (volume.getPersistentVolumeClaim() != null) {
        path = claims.get(volume.getPersistentVolumeClaim().getClaimName());
        if (!mount.getMountPath().equals(String.valueOf(path))) {
          throw new IllegalArgumentException(
              "it cannot mount " + volume.getName() + " at " + mount.getMountPath());
        }
      } else {
        throw new IllegalArgumentException("it knows no volume such as " + volume);
      }
      mounts.put(mount.getMountPath(), path);
    }
    return mounts;
  }

  private void tell(Pod pod, String phase, ContainerState state) {
    String ready = phase.equals("Running") ? "True" : "False";
    client
        .resource(pod)
        .editStatus(
            it ->
                new PodBuilder(it)
                    .editStatus()
                    .withPhase(phase)
                    .withStartTime(Instant.now().toString())
                    .withPodIP("10.1.1.1")
                    .withConditions(
                        Stream.concat(
                                it.getStatus().getConditions().stream()
                                    .filter(c -> !c.getType().endsWith("Ready")),
                                Stream.of("ContainersReady", "Ready")
                                    .map(
                                        type ->
                                            new PodConditionBuilder()
                                                .withType(type)
                                                .withStatus(ready)
                                                .build()))
                            .toList())
                    .withContainerStatuses()
                    .addNewContainerStatus()
                    .withName("worker")
                    .withImage("process")
                    .withImageID("")
                    .withReady(phase.equals("Running"))
                    .withRestartCount(0)
                    .withState(state)
                    .endContainerStatus()
                    .endStatus()
                    .build());
  }

  @Override
  public void close() throws InterruptedException {
    looks.shutdown();
    if (!looks.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new IllegalStateException("The API server does not answer the kubelet's last look");
    }
    for (Running pod : running.values()) {
      pod.process.destroyForcibly().waitFor();
    }
    client.nodes().withName(node).delete();
    logs.close();
  }
}
