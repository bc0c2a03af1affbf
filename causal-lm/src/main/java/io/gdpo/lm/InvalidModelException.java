package io.gdpo.lm;

/**
 * A model folder, or a file in it, cannot be used as it is; the message says which file, what is
 * wrong with it and what to do.
 */
public final class InvalidModelException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public InvalidModelException(String message) {
    super(message);
  }

  public InvalidModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
