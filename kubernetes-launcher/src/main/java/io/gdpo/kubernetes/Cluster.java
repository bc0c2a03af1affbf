package io.gdpo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.ScalableResource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a service asks of the API server: one look at all its Jobs (a list of Jobs, one of pods, and
 * what else explains them), and that Jobs are made and deleted.
 */
final class Cluster {
  static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  private static final ResourceDefinitionContext WORKLOADS =
      new ResourceDefinitionContext.Builder()
          .withGroup("kueue.x-k8s.io")
          .withVersion("v1beta1")
          .withKind("Workload")
          .withPlural("workloads")
          .withNamespaced(true)
          .build();

  /**
   * A pod comes within moments. Only where none does it is asked why, and not at each look: all
   * events of the namespace are gone through for that.
   */
  private static final Duration MOMENTS = Duration.ofSeconds(5);

  private final KubernetesClient client;
  private final String namespace;
  private final String owner;
  private Map<String, List<String>> warnings = Map.of();
  private Instant warningsAt = Instant.MIN;

  Cluster(KubernetesClient client, String namespace, String owner) {
    this.client = client;
    this.namespace = namespace;
    this.owner = owner;
  }

  /**
   * What is seen of each Job, by its name; used by one thread.
   *
   * @throws KubernetesClientException if the API server does not answer, or refuses
   */
  Map<String, Seen> look(Instant now) {
    List<Job> jobs =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .withLabel(JobLabels.OWNER, owner)
            .list()
            .getItems();
    Map<String, List<Pod>> pods = new HashMap<>();
    client
        .pods()
        .inNamespace(namespace)
        .withLabel(JobLabels.OWNER, owner)
        .list()
        .getItems()
        .forEach(pod -> pods.computeIfAbsent(ownerOf(pod), it -> new ArrayList<>()).add(pod));
    pods.values()
        .forEach(
            ofJob ->
                ofJob.sort(
                    Comparator.comparing((Pod pod) -> pod.getMetadata().getCreationTimestamp())));
    boolean anyWithoutPod =
        jobs.stream()
            .filter(job -> !JobFate.isOver(job) && !isSuspended(job))
            .filter(job -> !pods.containsKey(uid(job)))
            .anyMatch(job -> now.isAfter(made(job).plus(MOMENTS)));
    if (anyWithoutPod && now.isAfter(warningsAt.plus(MOMENTS))) {
      warnings = warnings();
      warningsAt = now;
    }
    Map<String, List<Condition>> workloads =
        jobs.stream().anyMatch(job -> !JobFate.isOver(job) && isSuspended(job))
            ? workloads()
            : Map.of();
    return jobs.stream()
        .collect(
            Collectors.toMap(
                job -> job.getMetadata().getName(),
                job ->
                    new Seen(
                        job,
                        pods.getOrDefault(uid(job), List.of()),
                        warnings.getOrDefault(uid(job), List.of()),
                        workloads.getOrDefault(uid(job), List.of()))));
  }

  private static Instant made(Job job) {
    return Instant.parse(job.getMetadata().getCreationTimestamp());
  }

  private static boolean isSuspended(Job job) {
    return Boolean.TRUE.equals(job.getSpec().getSuspend());
  }

  private static String uid(HasMetadata resource) {
    return resource.getMetadata().getUid();
  }

  /** Uid of the Job that a resource belongs to; empty if to none. */
  private static String ownerOf(HasMetadata resource) {
    return resource.getMetadata().getOwnerReferences().stream()
        .filter(it -> it.getKind().equals("Job"))
        .map(OwnerReference::getUid)
        .findFirst()
        .orElse("");
  }

  private Map<String, List<String>> warnings() {
    return client
        .v1()
        .events()
        .inNamespace(namespace)
        .withField("involvedObject.kind", "Job")
        .withField("type", "Warning")
        .list()
        .getItems()
        .stream()
        .collect(
            Collectors.groupingBy(
                event -> String.valueOf(event.getInvolvedObject().getUid()),
                Collectors.mapping(event -> event.getMessage(), Collectors.toList())));
  }

  private Map<String, List<Condition>> workloads() {
    try {
      return client
          .genericKubernetesResources(WORKLOADS)
          .inNamespace(namespace)
          .list()
          .getItems()
          .stream()
          .collect(Collectors.toMap(Cluster::ownerOf, Cluster::conditions, (one, other) -> one));
    } catch (KubernetesClientException e) {
      if (e.getCode() == NOT_FOUND) {
        return Map.of(); // a cluster without Kueue
      }
      throw e;
    }
  }

  private static List<Condition> conditions(GenericKubernetesResource workload) {
    JsonNode conditions =
        Json.EVENTS.valueToTree(workload.getAdditionalProperties()).at("/status/conditions");
    List<Condition> found = new ArrayList<>();
    conditions.forEach(
        it -> {
          Condition condition = new Condition();
          condition.setType(it.path("type").asText());
          condition.setStatus(it.path("status").asText());
          condition.setReason(it.path("reason").asText());
          condition.setMessage(it.path("message").asText());
          found.add(condition);
        });
    return found;
  }

  /**
   * Makes a Job, or finds that it is there.
   *
   * @return whether it was made
   * @throws KubernetesClientException if it cannot be made, or not now; with {@link #CONFLICT} if
   *     there is one of its name that is not this service's
   */
  boolean make(Job job) {
    try {
      client.batch().v1().jobs().inNamespace(namespace).resource(job).create();
      return true;
    } catch (KubernetesClientException e) {
      if (e.getCode() == CONFLICT && isOurs(job, named(job.getMetadata().getName()).get())) {
        return false;
      }
      throw e;
    }
  }

  /** Whether a Job of this service is there now. */
  boolean has(String name) {
    return isOurs(named(name).get());
  }

  private boolean isOurs(Job there) {
    return there != null && owner.equals(there.getMetadata().getLabels().get(JobLabels.OWNER));
  }

  private boolean isOurs(Job wanted, Job there) {
    return isOurs(there)
        && wanted
            .getMetadata()
            .getAnnotations()
            .get(JobLabels.JOB)
            .equals(there.getMetadata().getAnnotations().get(JobLabels.JOB));
  }

  /** Deletes a Job, which stays until its pods are gone, so that it is known when that is. */
  void delete(String name) {
    named(name).withPropagationPolicy(DeletionPropagation.FOREGROUND).delete();
  }

  private ScalableResource<Job> named(String name) {
    return client.batch().v1().jobs().inNamespace(namespace).withName(name);
  }

  /** The last lines of what pods wrote, one pod behind the other. */
  List<String> console(List<Pod> pods, int most) {
    List<String> lines = new ArrayList<>();
    pods.stream().filter(JobFate::hasBegun).forEach(pod -> lines.addAll(console(pod, most)));
    return lines;
  }

  /** The client's own way would first wait some seconds for a pod whose node does not answer. */
  private List<String> console(Pod pod, int most) {
    String name = pod.getMetadata().getName();
    String log =
        "/api/v1/namespaces/%s/pods/%s/log?container=%s&tailLines=%s"
            .formatted(namespace, name, JobManifest.CONTAINER, most);
    try {
      return client.raw(log, "GET", null).lines().toList();
    } catch (KubernetesClientException e) {
      return List.of("(what pod " + name + " wrote cannot be read: " + words(e) + ")");
    }
  }

  /** What the API server said of a failure. */
  static String words(KubernetesClientException e) {
    if (e.getStatus() != null && e.getStatus().getMessage() != null) {
      return e.getStatus().getMessage();
    }
    Throwable cause = e; // the client's own words say only that something went wrong
    while (cause.getCause() != null) {
      cause = cause.getCause();
    }
    return Reason.of(cause);
  }
}
