package io.gdpo.dataset.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import io.gdpo.contracts.Json;
import jakarta.persistence.AttributeConverter;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Keeps the number of examples of each split as JSON text. */
class ExamplesColumn implements AttributeConverter<Map<String, Long>, String> {
  @Override
  public String convertToDatabaseColumn(Map<String, Long> examples) {
    try {
      return Json.EVENTS.writeValueAsString(examples);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public Map<String, Long> convertToEntityAttribute(String json) {
    try {
      return Json.EVENTS.readValue(json, new TypeReference<LinkedHashMap<String, Long>>() {});
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
