package io.gdpo.trainer.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import jakarta.persistence.AttributeConverter;
import java.io.UncheckedIOException;

/** Keeps a job's plan as JSON text. */
class PlanColumn implements AttributeConverter<JobPlan, String> {
  @Override
  public String convertToDatabaseColumn(JobPlan value) {
    try {
      return value == null ? null : Json.EVENTS.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public JobPlan convertToEntityAttribute(String json) {
    try {
      return json == null ? null : Json.EVENTS.readValue(json, JobPlan.class);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }
}
