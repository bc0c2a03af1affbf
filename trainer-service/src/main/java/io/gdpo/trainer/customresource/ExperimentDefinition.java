package io.gdpo.trainer.customresource;

import static io.gdpo.trainer.customresource.SpecSchema.integer;
import static io.gdpo.trainer.customresource.SpecSchema.number;
import static io.gdpo.trainer.customresource.SpecSchema.object;
import static io.gdpo.trainer.customresource.SpecSchema.text;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceColumnDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRule;
import io.fabric8.kubernetes.api.model.apiextensions.v1.ValidationRuleBuilder;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.FieldChecks;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The kind GdpoExperiment, written into {@code k8s/components/custom-resource/definition.yaml}. Its
 * {@code spec} is an experiment file ({@link SpecSchema}), of which only {@code suspend} can be
 * changed; {@code name} may be left out, for the object has one.
 */
final class ExperimentDefinition {
  static final String GROUP = "gdpo.io";
  static final String VERSION = "v1alpha1";
  static final String KIND = "GdpoExperiment";
  static final String PLURAL = "gdpoexperiments";

  static final ResourceDefinitionContext CONTEXT =
      new ResourceDefinitionContext.Builder()
          .withGroup(GROUP)
          .withVersion(VERSION)
          .withKind(KIND)
          .withPlural(PLURAL)
          .withNamespaced(true)
          .build();

  /** Reasons come from anywhere and are cut. */
  static final int LONGEST_MESSAGE = 4_000;

  private static final int MOST_METRICS = 50;
  private static final int MOST_CONDITIONS = 10;

  private ExperimentDefinition() {}

  /** The definition as the API server takes it. */
  static CustomResourceDefinition yaml() {
    return new CustomResourceDefinitionBuilder()
        .withNewMetadata()
        .withName(PLURAL + "." + GROUP)
        .addToLabels("app.kubernetes.io/part-of", "gdpo")
        .endMetadata()
        .withNewSpec()
        .withGroup(GROUP)
        .withScope("Namespaced")
        .withNewNames()
        .withKind(KIND)
        .withListKind(KIND + "List")
        .withPlural(PLURAL)
        .withSingular("gdpoexperiment")
        .withShortNames("gdpo")
        .endNames()
        .addNewVersion()
        .withName(VERSION)
        .withServed(true)
        .withStorage(true)
        .withNewSubresources()
        .withNewStatus()
        .endStatus()
        .endSubresources()
        .withAdditionalPrinterColumns(columns())
        .withNewSchema()
        .withOpenAPIV3Schema(schema())
        .endSchema()
        .endVersion()
        .endSpec()
        .build();
  }

  private static List<CustomResourceColumnDefinition> columns() {
    return List.of(
        column("State", "string", ".status.state", 0),
        column("Stages", "string", ".status.stagesDone", 0),
        column("Training", "string", ".status.training", 0),
        column("Age", "date", ".metadata.creationTimestamp", 0),
        column("Waits for", "string", ".status.waitsFor", 1),
        column("Report", "string", ".status.report", 1));
  }

  private static CustomResourceColumnDefinition column(
      String name, String type, String path, int priority) {
    return new CustomResourceColumnDefinitionBuilder()
        .withName(name)
        .withType(type)
        .withJsonPath(path)
        .withPriority(priority == 0 ? null : priority)
        .build();
  }

  private static JSONSchemaProps schema() {
    JSONSchemaProps schema =
        object(
            "An experiment: a group's data, a model, and a tree of training stages.",
            List.of("spec"),
            Map.of());
    schema.getProperties().put("spec", spec());
    schema.getProperties().put("status", status());
    schema.setXKubernetesValidations(
        List.of(
            rule(
                "self.metadata.name.matches('^" + ExperimentSpec.NAMES + "$')",
                "metadata.name is the experiment's name: 1 to 63 lower-case letters, digits and dashes"),
            rule(
                "!has(self.spec.name) || self.spec.name == self.metadata.name",
                "spec.name must be metadata.name; it may be left out")));
    return schema;
  }

  private static JSONSchemaProps spec() {
    JSONSchemaProps spec = SpecSchema.of(ExperimentSpec.class);
    spec.setDescription("An experiment file. All but suspend stays as it was made.");
    List<ValidationRule> rules = new ArrayList<>();
    spec.getProperties()
        .keySet()
        .forEach(
            field ->
                rules.add(
                    rule(
                        spec.getRequired().contains(field)
                            ? "self.%1$s == oldSelf.%1$s".formatted(field)
                            : "has(self.%1$s) == has(oldSelf.%1$s) && (!has(self.%1$s) || self.%1$s == oldSelf.%1$s)"
                                .formatted(field),
                        field
                            + " cannot be changed; make another GdpoExperiment under another name")));
    spec.setXKubernetesValidations(rules);
    spec.getProperties()
        .put(
            "suspend",
            new JSONSchemaPropsBuilder()
                .withType("boolean")
                .withDescription(
                    "Nothing is begun, and nothing more is trained, until it is false: what is being"
                        + " trained saves a checkpoint and stops.")
                .build());
    return spec;
  }

  private static JSONSchemaProps status() {
    JSONSchemaProps stage =
        object(
            null,
            List.of("name", "state"),
            Map.of(
                "name", text(FieldChecks.LONGEST_NAME),
                "state", text(FieldChecks.LONGEST_NAME),
                "step", integer("int64"),
                "totalSteps", integer("int64"),
                "waitsFor", text(LONGEST_MESSAGE),
                "reason", text(LONGEST_MESSAGE)));
    stage
        .getProperties()
        .put(
            "metrics",
            new JSONSchemaPropsBuilder()
                .withType("object")
                .withDescription("Of its evaluation: the first that one looks at.")
                .withMaxProperties((long) MOST_METRICS)
                .withNewAdditionalProperties()
                .withSchema(number())
                .endAdditionalProperties()
                .build());
    JSONSchemaProps status =
        object(
            "What trainer-service tells of it; nobody else writes here.",
            List.of(),
            Map.of(
                "observedGeneration", integer("int64"),
                "state", text(FieldChecks.LONGEST_NAME),
                "stagesDone", text(FieldChecks.LONGEST_NAME),
                "training", text(FieldChecks.LONGEST_NAME),
                "waitsFor", text(LONGEST_MESSAGE),
                "report", text(FieldChecks.LONGEST_LOCATION)));
    status.getProperties().put("stages", SpecSchema.list(stage, ExperimentSpec.MOST_STAGES));
    JSONSchemaProps conditions = SpecSchema.list(condition(), MOST_CONDITIONS);
    conditions.setXKubernetesListType("map");
    conditions.setXKubernetesListMapKeys(List.of("type"));
    status.getProperties().put("conditions", conditions);
    return status;
  }

  private static JSONSchemaProps condition() {
    JSONSchemaProps condition =
        object(
            null,
            List.of("type", "status"),
            Map.of(
                "type", text(FieldChecks.LONGEST_NAME),
                "status", text(FieldChecks.LONGEST_NAME),
                "reason", text(FieldChecks.LONGEST_NAME),
                "message", text(LONGEST_MESSAGE)));
    condition
        .getProperties()
        .put(
            "lastTransitionTime",
            new JSONSchemaPropsBuilder().withType("string").withFormat("date-time").build());
    return condition;
  }

  private static ValidationRule rule(String rule, String message) {
    return new ValidationRuleBuilder().withRule(rule).withMessage(message).build();
  }
}
