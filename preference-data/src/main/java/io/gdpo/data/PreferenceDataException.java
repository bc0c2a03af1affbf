package io.gdpo.data;

import java.nio.file.Path;

/**
 * Preference data that cannot be used as it is. The message names the file, the row and the field
 * where they are known, and says what to do.
 */
public class PreferenceDataException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PreferenceDataException(String message) {
    super(message);
  }

  public PreferenceDataException(String message, Throwable cause) {
    super(message, cause);
  }

  /** What is wrong with one field of one row; {@code row} counts from 1. */
  static PreferenceDataException at(Path file, long row, String field, String message) {
    return new PreferenceDataException(
        file + ", row " + row + ", field '" + field + "': " + message);
  }
}
