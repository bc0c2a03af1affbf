package io.gdpo.platform.database;

import io.gdpo.contracts.Reason;
import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;

/**
 * A column that says why something failed: what is written there is cut and cleaned by {@link
 * Reason} whoever sets it, so that PostgreSQL never refuses the record of a failure.
 */
@Converter
public class ReasonColumn implements AttributeConverter<String, String> {
  @Override
  public String convertToDatabaseColumn(String reason) {
    return Reason.clean(reason);
  }

  @Override
  public String convertToEntityAttribute(String reason) {
    return reason;
  }
}
