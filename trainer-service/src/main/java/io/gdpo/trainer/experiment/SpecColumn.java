package io.gdpo.trainer.experiment;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.ExperimentSpec;
import jakarta.persistence.AttributeConverter;
import java.io.UncheckedIOException;

/**
 * Keeps an experiment's specification as JSON text; read leniently, so that a specification stored
 * by a newer version can still be shown by an older one.
 */
class SpecColumn implements AttributeConverter<ExperimentSpec, String> {
  @Override
  public String convertToDatabaseColumn(ExperimentSpec spec) {
    try {
      return Json.EVENTS.writeValueAsString(spec);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public ExperimentSpec convertToEntityAttribute(String json) {
    try {
      return Json.EVENTS.readValue(json, ExperimentSpec.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
