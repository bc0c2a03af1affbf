package io.gdpo.dataset.catalog;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.DatasetSpec;
import jakarta.persistence.AttributeConverter;
import java.io.UncheckedIOException;

/** Keeps a dataset's specification as JSON text. */
class SpecColumn implements AttributeConverter<DatasetSpec, String> {
  @Override
  public String convertToDatabaseColumn(DatasetSpec spec) {
    try {
      return Json.EVENTS.writeValueAsString(spec);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public DatasetSpec convertToEntityAttribute(String json) {
    try {
      return Json.EVENTS.readValue(json, DatasetSpec.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
