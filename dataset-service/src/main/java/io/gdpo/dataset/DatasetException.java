package io.gdpo.dataset;

/**
 * A dataset that cannot be built from what was given. Asking again will not help; the message names
 * the file, row and field and says what to do.
 */
public class DatasetException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public DatasetException(String message) {
    super(message);
  }

  public DatasetException(String message, Throwable cause) {
    super(message, cause);
  }
}
