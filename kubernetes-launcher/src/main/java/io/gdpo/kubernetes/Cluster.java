package io.gdpo.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One look at all Jobs of a service: a list of Jobs, one of pods, and what else explains them. */
final class Cluster {
  private static final int NOT_FOUND = 404;

  private static final ResourceDefinitionContext WORKLOADS =
      new ResourceDefinitionContext.Builder()
          .withGroup("kueue.x-k8s.io")
          .withVersion("v1beta1")
          .withKind("Workload")
          .withPlural("workloads")
          .withNamespaced(true)
          .build();

  private final KubernetesClient client;
  private final String namespace;
  private final String owner;

  Cluster(KubernetesClient client, String namespace, String owner) {
    this.client = client;
    this.namespace = namespace;
    this.owner = owner;
  }

  /**
   * What is seen of each Job, by its name.
   *
   * @throws KubernetesClientException if the API server does not answer, or refuses
   */
  Map<String, Seen> look() {
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
            .anyMatch(
                job -> !JobFate.isOver(job) && !isSuspended(job) && !pods.containsKey(uid(job)));
    Map<String, List<String>> warnings = anyWithoutPod ? warnings() : Map.of();
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

  /** The last lines of what pods wrote, one pod behind the other. */
  List<String> console(List<Pod> pods, int most) {
    List<String> lines = new ArrayList<>();
    pods.stream().filter(JobFate::hasBegun).forEach(pod -> lines.addAll(console(pod, most)));
    return lines;
  }

  private List<String> console(Pod pod, int most) {
    String name = pod.getMetadata().getName();
    try {
      return client
          .pods()
          .inNamespace(namespace)
          .withName(name)
          .inContainer(JobManifest.CONTAINER)
          .tailingLines(most)
          .getLog()
          .lines()
          .toList();
    } catch (KubernetesClientException e) {
      return List.of("(what pod " + name + " wrote cannot be read: " + words(e) + ")");
    }
  }

  /** What the API server said of a failure. */
  static String words(KubernetesClientException e) {
    return e.getStatus() == null || e.getStatus().getMessage() == null
        ? Reason.of(e)
        : e.getStatus().getMessage();
  }
}
