package io.gdpo.trainer.customresource;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * An object of the kind GdpoExperiment, as the API server shows it.
 *
 * @param isDeleted somebody deleted it; it stays until its finalizer is gone
 * @param isGuarded it has our finalizer
 * @param suspend nothing of it is to be done now
 */
record GdpoExperiment(
    GenericKubernetesResource object,
    String name,
    long generation,
    boolean isDeleted,
    boolean isGuarded,
    boolean suspend,
    ResourceStatus status) {
  /** Whoever deletes the object, the experiment is cancelled before it is gone. */
  static final String FINALIZER = "gdpo.io/cancel";

  /** Spells names as Kubernetes does. */
  private static final ObjectMapper KUBERNETES = new ObjectMapper();

  private static final String SUSPEND = "suspend";

  static GdpoExperiment of(GenericKubernetesResource object) {
    Object status = object.getAdditionalProperties().get("status");
    return new GdpoExperiment(
        object,
        object.getMetadata().getName(),
        object.getMetadata().getGeneration(),
        object.getMetadata().getDeletionTimestamp() != null,
        object.getMetadata().getFinalizers().contains(FINALIZER),
        spec(object).path(SUSPEND).asBoolean(),
        status == null
            ? ResourceStatus.NONE
            : KUBERNETES.convertValue(status, ResourceStatus.class));
  }

  private static ObjectNode spec(GenericKubernetesResource object) {
    return Json.SPECS.valueToTree(object.getAdditionalProperties().getOrDefault("spec", Map.of()));
  }

  /**
   * What it asks for.
   *
   * @throws JsonProcessingException if that cannot be read, which the API server did not see
   */
  ExperimentSpec spec() throws JsonProcessingException {
    ObjectNode spec = spec(object);
    spec.remove(SUSPEND);
    spec.put("name", name);
    return Json.SPECS.treeToValue(spec, ExperimentSpec.class);
  }

  /** The object with our finalizer, or without it. */
  GenericKubernetesResource guarded(boolean guarded) {
    List<String> finalizers = new ArrayList<>(object.getMetadata().getFinalizers());
    finalizers.remove(FINALIZER);
    if (guarded) {
      finalizers.add(FINALIZER);
    }
    object.getMetadata().setFinalizers(finalizers);
    return object;
  }

  /** The object with another status. */
  GenericKubernetesResource telling(ResourceStatus other) {
    object.setAdditionalProperty("status", KUBERNETES.convertValue(other, Map.class));
    return object;
  }
}
