package io.gdpo.trainer.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.gdpo.contracts.Json;
import jakarta.persistence.AttributeConverter;
import java.io.UncheckedIOException;
import java.util.Map;

/** Keeps an evaluation's mean metrics as JSON text. */
class MetricsColumn implements AttributeConverter<Map<String, Double>, String> {
  @Override
  public String convertToDatabaseColumn(Map<String, Double> metrics) {
    try {
      return metrics == null ? null : Json.EVENTS.writeValueAsString(metrics);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, Double> convertToEntityAttribute(String json) {
    try {
      return json == null
          ? null
          : Json.EVENTS.readValue(json, new TypeReference<Map<String, Double>>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
