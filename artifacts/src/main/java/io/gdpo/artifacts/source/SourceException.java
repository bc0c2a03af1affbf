package io.gdpo.artifacts.source;

/** A file that somebody named cannot be read; the message names it and says what to do. */
public class SourceException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public SourceException(String message) {
    super(message);
  }

  public SourceException(String message, Throwable cause) {
    super(message, cause);
  }
}
