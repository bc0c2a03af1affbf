package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerBuilder;
import io.fabric8.kubernetes.api.model.EnvFromSourceBuilder;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.LocalObjectReference;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodSpecBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.TolerationBuilder;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeBuilder;
import io.fabric8.kubernetes.api.model.VolumeMount;
import io.fabric8.kubernetes.api.model.VolumeMountBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicy;
import io.fabric8.kubernetes.api.model.batch.v1.PodFailurePolicyBuilder;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.WorkerEnvironment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The {@code batch/v1} Job of a launch request: a pure function of the request and of the settings.
 *
 * <p>The Job makes one pod and tries nothing again by itself, for an attempt is a matter of the
 * service; only a pod whose place was taken away is replaced, once it is gone, and goes on from its
 * last checkpoint.
 */
final class JobManifest {
  static final String CONTAINER = "worker";

  /** What a pod is given to end beyond the work's own grace: the kubelet counts its own steps. */
  private static final Duration KUBELET = Duration.ofSeconds(5);

  private static final String SCRATCH = "/tmp";
  private static final String SHARED_MEMORY = "/dev/shm";
  private static final long MEGABYTE = 1L << 20;

  private final KubernetesSettings settings;
  private final String owner;
  private final List<String> javaOptions;

  /**
   * @param owner the service
   * @param javaOptions of every worker's JVM
   */
  JobManifest(KubernetesSettings settings, String owner, List<String> javaOptions) {
    this.settings = settings;
    this.owner = owner;
    this.javaOptions = List.copyOf(javaOptions);
  }

  /**
   * @param pool where it is to run
   */
  Job of(LaunchRequest request, KubernetesSettings.Pool pool) {
    String verb = request.arguments().get(0);
    Map<String, String> labels = new TreeMap<>(JobLabels.of(owner, verb));
    Map<String, String> jobLabels = new TreeMap<>(labels);
    pool.queue().ifPresent(queue -> jobLabels.put(JobLabels.QUEUE, queue));
    pool.queuePriority().ifPresent(first -> jobLabels.put(JobLabels.QUEUE_PRIORITY, first));
    return new JobBuilder()
        .withNewMetadata()
        .withName(JobName.of(request.name()))
        .withLabels(jobLabels)
        .addToAnnotations(JobLabels.JOB, request.name())
        .endMetadata()
        .withNewSpec()
        .withBackoffLimit(0)
        .withPodReplacementPolicy("Failed")
        .withPodFailurePolicy(failures())
        .withActiveDeadlineSeconds(pool.deadline().map(Duration::toSeconds).orElse(null))
        .withTtlSecondsAfterFinished((int) settings.keepEnded().toSeconds())
        .withNewTemplate()
        .withNewMetadata()
        .withLabels(labels)
        .withAnnotations(new TreeMap<>(settings.podAnnotations()))
        .addToAnnotations(JobLabels.JOB, request.name())
        .endMetadata()
        .withSpec(pod(request, pool))
        .endTemplate()
        .endSpec()
        .build();
  }

  /** What bad input is is known at once; a place that was taken away is no failure. */
  private static PodFailurePolicy failures() {
    return new PodFailurePolicyBuilder()
        .addNewRule()
        .withAction("Ignore")
        .addNewOnPodCondition("True", "DisruptionTarget")
        .endRule()
        .addNewRule()
        .withAction("FailJob")
        .withNewOnExitCodes()
        .withContainerName(CONTAINER)
        .withOperator("In")
        .withValues(ExitCode.FAILED, ExitCode.HEAP_EXHAUSTED, ExitCode.USAGE)
        .endOnExitCodes()
        .endRule()
        .build();
  }

  private PodSpec pod(LaunchRequest request, KubernetesSettings.Pool pool) {
    return new PodSpecBuilder()
        .withRestartPolicy("Never")
        .withServiceAccountName(settings.serviceAccount())
        .withAutomountServiceAccountToken(false)
        .withEnableServiceLinks(false)
        .withTerminationGracePeriodSeconds(request.needs().grace().plus(KUBELET).toSeconds())
        .withPriorityClassName(pool.priorityClass().orElse(null))
        .withRuntimeClassName(pool.runtimeClass().orElse(null))
        .withNodeSelector(new TreeMap<>(pool.nodeSelector()))
        .withTolerations(
            pool.tolerations().stream()
                .map(
                    taint ->
                        new TolerationBuilder()
                            .withKey(taint.key().orElse(null))
                            .withOperator(taint.operator())
                            .withValue(taint.value().orElse(null))
                            .withEffect(taint.effect().orElse(null))
                            .build())
                .toList())
        .withImagePullSecrets(
            settings.imagePullSecrets().orElse(List.of()).stream()
                .map(LocalObjectReference::new)
                .toList())
        .withNewSecurityContext()
        .withRunAsNonRoot(true)
        .withRunAsUser(settings.user())
        .withRunAsGroup(settings.user())
        .withFsGroup(settings.user())
        .withFsGroupChangePolicy("OnRootMismatch")
        .withNewSeccompProfile()
        .withType("RuntimeDefault")
        .endSeccompProfile()
        .endSecurityContext()
        .withContainers(container(request, pool))
        .withVolumes(volumes())
        .build();
  }

  private Container container(LaunchRequest request, KubernetesSettings.Pool pool) {
    Map<String, Quantity> resources = resources(request.needs(), pool);
    return new ContainerBuilder()
        .withName(CONTAINER)
        .withImage(pool.image().orElse(settings.image()))
        .withImagePullPolicy(settings.imagePullPolicy())
        .withArgs(request.arguments())
        .withEnv(environment(request, pool))
        .withEnvFrom(
            settings.environmentSecrets().orElse(List.of()).stream()
                .map(
                    secret ->
                        new EnvFromSourceBuilder()
                            .withNewSecretRef()
                            .withName(secret)
                            .endSecretRef()
                            .build())
                .toList())
        .withNewResources()
        .withRequests(resources)
        .withLimits(resources)
        .endResources()
        .withNewSecurityContext()
        .withAllowPrivilegeEscalation(false)
        .withReadOnlyRootFilesystem(true)
        .withNewCapabilities()
        .withDrop("ALL")
        .endCapabilities()
        .endSecurityContext()
        .withVolumeMounts(mounts())
        .build();
  }

  /** Requests and limits alike: what was planned is what the machine keeps free. */
  private Map<String, Quantity> resources(LaunchRequest.Needs needs, KubernetesSettings.Pool pool) {
    Map<String, Quantity> resources = new LinkedHashMap<>();
    resources.put("cpu", new Quantity(Integer.toString(processors(needs, pool))));
    resources.put("memory", memory(needs, pool));
    int accelerators = Math.max(needs.accelerators(), pool.accelerators());
    if (accelerators > 0) {
      resources.put(pool.acceleratorResource(), new Quantity(Integer.toString(accelerators)));
    }
    return resources;
  }

  private static int processors(LaunchRequest.Needs needs, KubernetesSettings.Pool pool) {
    return pool.processors().orElse(needs.processors());
  }

  /** Planned memory is that of the machine; what an accelerator holds is not the machine's. */
  private Quantity memory(LaunchRequest.Needs needs, KubernetesSettings.Pool pool) {
    if (needs.memoryBytes() == 0 || pool.accelerators() > 0) {
      return new Quantity(pool.memory());
    }
    double bytes = needs.memoryBytes() * settings.memoryHeadroom();
    return new Quantity((long) Math.ceil(bytes / MEGABYTE) + "Mi");
  }

  private List<EnvVar> environment(LaunchRequest request, KubernetesSettings.Pool pool) {
    Map<String, String> variables = new TreeMap<>();
    int processors = processors(request.needs(), pool);
    variables.put("HOME", SCRATCH);
    variables.putAll(WorkerEnvironment.ALLOCATOR);
    variables.putAll(WorkerEnvironment.of(processors));
    variables.put(
        "JAVA_TOOL_OPTIONS",
        String.join(" ", javaOptions) + " -Dai.djl.pytorch.num_threads=" + processors);
    variables.putAll(settings.environment());
    variables.putAll(request.environment());
    return variables.entrySet().stream()
        .map(variable -> new EnvVar(variable.getKey(), variable.getValue(), null))
        .toList();
  }

  private List<Volume> volumes() {
    List<Volume> volumes = new ArrayList<>();
    volumes.add(
        new VolumeBuilder()
            .withName("scratch")
            .withNewEmptyDir()
            .withSizeLimit(new Quantity(settings.scratch()))
            .endEmptyDir()
            .build());
    volumes.add(
        new VolumeBuilder()
            .withName("shared-memory")
            .withNewEmptyDir()
            .withMedium("Memory")
            .withSizeLimit(new Quantity(settings.sharedMemory()))
            .endEmptyDir()
            .build());
    settings
        .artifactsClaim()
        .ifPresent(
            claim ->
                volumes.add(
                    new VolumeBuilder()
                        .withName("artifacts")
                        .withNewPersistentVolumeClaim()
                        .withClaimName(claim)
                        .endPersistentVolumeClaim()
                        .build()));
    new TreeMap<>(settings.secretFolders())
        .keySet()
        .forEach(
            secret ->
                volumes.add(
                    new VolumeBuilder()
                        .withName("secret-" + secret)
                        .withNewSecret()
                        .withSecretName(secret)
                        .endSecret()
                        .build()));
    return volumes;
  }

  private List<VolumeMount> mounts() {
    List<VolumeMount> mounts = new ArrayList<>();
    mounts.add(mount("scratch", SCRATCH).build());
    mounts.add(mount("shared-memory", SHARED_MEMORY).build());
    Optional<String> claim = settings.artifactsClaim();
    if (claim.isPresent()) {
      mounts.add(mount("artifacts", settings.artifactsPath()).build());
    }
    new TreeMap<>(settings.secretFolders())
        .forEach(
            (secret, folder) ->
                mounts.add(mount("secret-" + secret, folder).withReadOnly(true).build()));
    return mounts;
  }

  private static VolumeMountBuilder mount(String name, String path) {
    return new VolumeMountBuilder().withName(name).withMountPath(path);
  }
}
