package io.gdpo.trainer.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.TrainingProgress;
import jakarta.persistence.AttributeConverter;
import java.io.UncheckedIOException;

/** Keeps a job's last train line as JSON text. */
class ProgressColumn implements AttributeConverter<TrainingProgress, String> {
  @Override
  public String convertToDatabaseColumn(TrainingProgress value) {
    try {
      return value == null ? null : Json.EVENTS.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TrainingProgress convertToEntityAttribute(String json) {
    try {
      return json == null ? null : Json.EVENTS.readValue(json, TrainingProgress.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
