package io.gdpo.trainer.customresource;

import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.introspect.BeanPropertyDefinition;
import com.fasterxml.jackson.databind.node.TextNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaPropsBuilder;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.FieldChecks;
import io.gdpo.contracts.spec.Location;
import io.gdpo.contracts.spec.StageSpec;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.contracts.spec.TrainingSpec;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The structural schema of a specification's records, with the names under which Jackson reads
 * them. Everything has a bound, so that the API server can tell what a rule over it costs; what a
 * schema cannot say is checked when the experiment is submitted.
 */
final class SpecSchema {
  /** A model has fewer kinds of modules by far; more would make comparing two specs too costly. */
  private static final int MOST_ENTRIES = 100;

  /** Regular expressions of modules are short. */
  private static final int LONGEST_ENTRY = 100;

  /** A path of a person's disk means nothing to a cluster. */
  private static final String URI = "^[A-Za-z][A-Za-z0-9+.-]+:.*$";

  private static final Map<Class<?>, List<String>> REQUIRED =
      Map.of(
          ExperimentSpec.class, List.of("dataset", "model", "stages"),
          StageSpec.class, List.of("name", "training"),
          TrainingSpec.class, List.of("loss"));

  private SpecSchema() {}

  /** Of a record of {@code io.gdpo.contracts.spec}. */
  static JSONSchemaProps of(Class<?> specification) {
    Map<String, JSONSchemaProps> fields = new LinkedHashMap<>();
    List<BeanPropertyDefinition> properties =
        Json.SPECS
            .getSerializationConfig()
            .introspect(Json.SPECS.constructType(specification))
            .findProperties();
    for (BeanPropertyDefinition property : properties) {
      fields.put(property.getName(), of(specification, property));
    }
    return object(null, REQUIRED.getOrDefault(specification, List.of()), fields);
  }

  private static JSONSchemaProps of(Class<?> specification, BeanPropertyDefinition property) {
    if (property.getName().equals("name")) {
      return new JSONSchemaPropsBuilder(text(63))
          .withPattern("^" + ExperimentSpec.NAMES + "$")
          .build();
    }
    if (specification == SynthesisSpec.class && property.getName().equals("respondents")) {
      return new JSONSchemaPropsBuilder()
          .withXKubernetesIntOrString(true)
          .withMaxLength(10L)
          .withDescription("A number, small or large.")
          .build();
    }
    if (isLocation(specification, property.getInternalName())) {
      return new JSONSchemaPropsBuilder(text(FieldChecks.LONGEST_LOCATION))
          .withPattern(URI)
          .withDescription("A URI that workers can read, such as file:///artifacts/survey.csv.")
          .build();
    }
    return of(property.getPrimaryType());
  }

  private static boolean isLocation(Class<?> specification, String name) {
    return Arrays.stream(specification.getRecordComponents())
        .filter(component -> component.getName().equals(name))
        .map((RecordComponent component) -> component.getAnnotation(Location.class))
        .anyMatch(annotation -> annotation != null);
  }

  private static JSONSchemaProps of(JavaType type) {
    Class<?> raw = type.getRawClass();
    if (raw == String.class) {
      return text(FieldChecks.LONGEST_NAME);
    }
    if (raw == Integer.class || raw == Long.class) {
      return integer(raw == Integer.class ? "int32" : "int64");
    }
    if (raw == Double.class) {
      return number();
    }
    if (raw == Boolean.class) {
      return new JSONSchemaPropsBuilder().withType("boolean").build();
    }
    if (raw.isEnum()) {
      List<JsonNode> words =
          Arrays.stream(raw.getEnumConstants())
              .<JsonNode>map(it -> TextNode.valueOf(Json.SPECS.convertValue(it, String.class)))
              .toList();
      return new JSONSchemaPropsBuilder().withType("string").withEnum(words).build();
    }
    if (List.class.isAssignableFrom(raw)) {
      JavaType entry = type.getContentType();
      return entry.getRawClass() == String.class
          ? list(text(LONGEST_ENTRY), MOST_ENTRIES)
          : list(of(entry), ExperimentSpec.MOST_STAGES);
    }
    if (Map.class.isAssignableFrom(raw)) {
      return new JSONSchemaPropsBuilder()
          .withType("object")
          .withMaxProperties((long) DatasetSpec.MOST_OPTIONS)
          .withNewAdditionalProperties()
          .withSchema(of(type.getContentType()))
          .endAdditionalProperties()
          .build();
    }
    if (raw.isRecord()) {
      return of(raw);
    }
    throw new IllegalStateException("No schema is known for a field of " + type);
  }

  static JSONSchemaProps object(
      String description, List<String> required, Map<String, JSONSchemaProps> fields) {
    return new JSONSchemaPropsBuilder()
        .withType("object")
        .withDescription(description)
        .withRequired(required)
        .withProperties(
            fields instanceof LinkedHashMap ? fields : new LinkedHashMap<>(new TreeMap<>(fields)))
        .build();
  }

  static JSONSchemaProps list(JSONSchemaProps entries, int most) {
    return new JSONSchemaPropsBuilder()
        .withType("array")
        .withMaxItems((long) most)
        .withNewItems()
        .withSchema(entries)
        .endItems()
        .build();
  }

  static JSONSchemaProps text(int longest) {
    return new JSONSchemaPropsBuilder().withType("string").withMaxLength((long) longest).build();
  }

  static JSONSchemaProps integer(String format) {
    return new JSONSchemaPropsBuilder().withType("integer").withFormat(format).build();
  }

  static JSONSchemaProps number() {
    return new JSONSchemaPropsBuilder().withType("number").build();
  }
}
