package io.gdpo.contracts;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.gdpo.contracts.event.ExperimentSubmitted;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.util.List;
import org.junit.jupiter.api.Test;

class JsonTest {

  @Test
  void whatIsNestedTooDeepIsRefusedInWordsWhereverItStands() {
    String deep = "[".repeat(50_000) + "]".repeat(50_000);
    for (ObjectMapper mapper : List.of(Json.SPECS, Json.YAML_SPECS)) {
      assertThatThrownBy(() -> mapper.readValue("{\"name\": " + deep + "}", ExperimentSpec.class))
          .isInstanceOf(JsonProcessingException.class);
      assertThatThrownBy(() -> mapper.readTree("{\"name\": " + deep + "}"))
          .isInstanceOf(JsonProcessingException.class)
          .hasMessageContaining("nesting depth");
    }
    assertThatThrownBy(
            () -> Json.EVENTS.readValue("{\"later\": " + deep + "}", ExperimentSubmitted.class))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("nesting depth");
    String blocks = "- ".repeat(5_000) + "x";
    assertThatThrownBy(() -> Json.YAML_SPECS.readTree(blocks))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("nesting depth");
  }

  @Test
  void aYamlAliasIsRefusedWithItsPlaceInsteadOfBeingReadAsAText() {
    assertThatThrownBy(
            () ->
                Json.YAML_SPECS.readValue(
                    "name: &a river\ndataset: {group: *a}\n", ExperimentSpec.class))
        .isInstanceOf(JsonProcessingException.class)
        .hasMessageContaining("The alias *a is not read; write out what it stands for")
        .hasMessageContaining("line: 2");
  }
}
