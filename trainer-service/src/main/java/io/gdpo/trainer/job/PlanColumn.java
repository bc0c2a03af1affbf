package io.gdpo.trainer.job;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import jakarta.persistence.AttributeConverter;
import java.io.UncheckedIOException;
import org.jboss.logging.Logger;

/**
 * Keeps a job's plan as JSON text. One that cannot be read any more is null: the job fails for want
 * of it, and can still be shown and ended.
 */
class PlanColumn implements AttributeConverter<JobPlan, String> {
  private static final Logger LOG = Logger.getLogger(PlanColumn.class);

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
      LOG.debugf(e, "A job's plan cannot be read: %s", json);
      return null;
    }
  }
}
