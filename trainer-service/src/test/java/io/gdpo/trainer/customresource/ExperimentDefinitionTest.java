package io.gdpo.trainer.customresource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The definition that is checked in is the one that the code makes, and says what it must. */
class ExperimentDefinitionTest {
  private static final Path DEFINITION =
      Path.of("../k8s/components/custom-resource/definition.yaml");

  private static final String WRITE =
      "mvn -pl trainer-service -am test -Dtest=ExperimentDefinitionTest"
          + " -Dsurefire.failIfNoSpecifiedTests=false -Dgdpo.definition.write=true";

  private static final JSONSchemaProps SCHEMA =
      ExperimentDefinition.yaml().getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema();

  @Test
  void theDefinitionThatIsCheckedInIsTheOneThatTheCodeMakes() throws IOException {
    String expected =
        "# Written from the records of an experiment file; write it anew with:\n# "
            + WRITE
            + "\n"
            + Serialization.asYaml(ExperimentDefinition.yaml());
    if (Boolean.getBoolean("gdpo.definition.write")) {
      Files.writeString(DEFINITION, expected);
    }
    assertThat(DEFINITION)
        .as("what an experiment is has changed; write its definition anew with: " + WRITE)
        .hasContent(expected);
  }

  @Test
  void everyTextListAndMapHasABound() {
    List<String> unbounded = new ArrayList<>();
    look("", SCHEMA, unbounded);
    assertThat(unbounded).isEmpty();
  }

  private static void look(String path, JSONSchemaProps schema, List<String> unbounded) {
    boolean isBounded =
        switch (isNumberOrText(schema) ? "string" : schema.getType()) {
          case "string" ->
              schema.getMaxLength() != null
                  || !schema.getEnum().isEmpty()
                  || "date-time".equals(schema.getFormat());
          case "array" -> schema.getMaxItems() != null;
          default -> schema.getAdditionalProperties() == null || schema.getMaxProperties() != null;
        };
    if (!isBounded) {
      unbounded.add(path);
    }
    schema.getProperties().forEach((name, it) -> look(path + "." + name, it, unbounded));
    if (schema.getItems() != null) {
      look(path + "[]", schema.getItems().getSchema(), unbounded);
    }
  }

  private static boolean isNumberOrText(JSONSchemaProps schema) {
    return Boolean.TRUE.equals(schema.getXKubernetesIntOrString());
  }

  /** But for the model's short form, a plain text, which a schema of Kubernetes cannot say. */
  @Test
  void everyFieldOfTheExamplesIsInTheDefinition() throws IOException {
    List<Path> files;
    try (Stream<Path> folder = Files.list(Path.of("../examples"))) {
      files = folder.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
    assertThat(files).isNotEmpty();
    for (Path file : files) {
      ExperimentSpec spec = Json.YAML_SPECS.readValue(file.toFile(), ExperimentSpec.class);
      assertKnown(
          file.getFileName().toString(),
          Json.SPECS.valueToTree(spec),
          SCHEMA.getProperties().get("spec"));
    }
  }

  private static void assertKnown(String path, JsonNode value, JSONSchemaProps schema) {
    assertThat(schema).as(path).isNotNull();
    value
        .properties()
        .forEach(
            field ->
                assertKnown(
                    path + "." + field.getKey(),
                    field.getValue(),
                    schema.getProperties().get(field.getKey())));
    if (value.isArray()) {
      value.forEach(entry -> assertKnown(path + "[]", entry, schema.getItems().getSchema()));
    }
    String type =
        value.isObject()
            ? "object"
            : value.isArray()
                ? "array"
                : value.isTextual() ? "string" : value.isBoolean() ? "boolean" : schema.getType();
    if (isNumberOrText(schema)) {
      assertThat(value.isIntegralNumber() || value.isTextual()).as(path).isTrue();
      return;
    }
    assertThat(schema.getType()).as(path).isEqualTo(type);
    if (!schema.getEnum().isEmpty()) {
      assertThat(schema.getEnum()).as(path).contains(value);
    }
  }
}
