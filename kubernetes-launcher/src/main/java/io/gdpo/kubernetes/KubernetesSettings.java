package io.gdpo.kubernetes;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How workers run as Jobs of a cluster; read where {@code gdpo.launcher.kind=kubernetes}. */
@ConfigMapping(prefix = "gdpo.kubernetes")
public interface KubernetesSettings {
  /** Namespace of the Jobs. Default: the service's own. */
  Optional<String> namespace();

  /**
   * Tells this service's Jobs from those of others in the namespace: a label of each. Default: the
   * service's name.
   */
  Optional<String> owner();

  /** The worker's image, where a pool names none. */
  @WithDefault("gdpo/worker-cpu")
  String image();

  /** When a node fetches the image: {@code Always}, {@code IfNotPresent} or {@code Never}. */
  @WithDefault("IfNotPresent")
  String imagePullPolicy();

  /** Secrets that the image's registry asks for. */
  Optional<List<String>> imagePullSecrets();

  /** The claim of the volume that holds the artifact store; none if the store is no folder. */
  Optional<String> artifactsClaim();

  /** Where workers see that volume: where this service sees it, too. */
  @WithDefault("/artifacts")
  String artifactsPath();

  /** The workers' service account; it needs no rights, and its token is not mounted. */
  @WithDefault("gdpo-worker")
  String serviceAccount();

  /** User and group id of the workers, and of what they write. */
  @WithDefault("10001")
  long user();

  /** Environment variables of every worker. */
  Map<String, String> environment();

  /** Annotations of every worker's pod, such as what keeps a mesh's sidecar out of it. */
  Map<String, String> podAnnotations();

  /** Secrets whose entries are environment variables of every worker, such as {@code HF_TOKEN}. */
  Optional<List<String>> environmentSecrets();

  /** Secrets that every worker sees as a folder: by name of the secret, the folder. */
  Map<String, String> secretFolders();

  /** Size of a worker's {@code /tmp}: models and datasets are fetched there. */
  @WithDefault("50Gi")
  String scratch();

  /** Size of a worker's {@code /dev/shm}; it counts as memory. */
  @WithDefault("1Gi")
  String sharedMemory();

  /** What a worker is given over what was planned, for what a plan cannot know. */
  @WithDefault("1.25")
  double memoryHeadroom();

  /** How long an ended Job stays, for people to look at. */
  @WithDefault("1h")
  Duration keepEnded();

  /** Time between two looks at the cluster, unless it tells of a change. */
  @WithDefault("2s")
  Duration listEvery();

  /** The pool of each verb ({@code plan}, {@code build}, {@code train}, {@code evaluate}). */
  Map<String, String> pool();

  /** Kinds of machines, by names that experiments may use. */
  Map<String, Pool> pools();

  /** What is true of jobs for which no pool is named. */
  Pool defaultPool();

  /** A kind of machines, and what a Job needs to run there. */
  interface Pool {
    /** The worker's image there, such as one with CUDA. */
    Optional<String> image();

    /** Labels that a node must have. */
    Map<String, String> nodeSelector();

    /** Taints of those nodes that are no hindrance. */
    List<Toleration> tolerations();

    /** Name of the cluster's resource that is an accelerator. */
    @WithDefault("nvidia.com/gpu")
    String acceleratorResource();

    /** Accelerators of each worker. */
    @WithDefault("0")
    int accelerators();

    /** Processors of each worker; what the service asks for if absent. */
    Optional<Integer> processors();

    /** Memory of a worker where its plan tells none. */
    @WithDefault("4Gi")
    String memory();

    /** Kueue's LocalQueue that Jobs wait in; none if they do not wait. */
    Optional<String> queue();

    /** Who goes first and who is preempted: Kueue's WorkloadPriorityClass. */
    Optional<String> queuePriority();

    /** Who goes first at the scheduler: a PriorityClass. */
    Optional<String> priorityClass();

    /** The container runtime, such as {@code nvidia}. */
    Optional<String> runtimeClass();

    /** How long a Job may take; as long as it takes if absent. */
    Optional<Duration> deadline();
  }

  /** As Kubernetes has it. */
  interface Toleration {
    /** The taint's key; every taint if absent. */
    Optional<String> key();

    /** {@code Equal}, or {@code Exists}, which no value goes with. */
    @WithDefault("Equal")
    String operator();

    /** The taint's value. */
    Optional<String> value();

    /** The taint's effect, such as {@code NoSchedule}; every effect if absent. */
    Optional<String> effect();
  }
}
