package io.gdpo.group;

import io.gdpo.artifacts.source.SourceException;

/**
 * A dataset that cannot be built from what was given. Asking again will not help; the message names
 * the file, row and field and says what to do.
 */
public class DatasetException extends SourceException {
  private static final long serialVersionUID = 1L;

  public DatasetException(String message) {
    super(message);
  }

  public DatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
