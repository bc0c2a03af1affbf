package io.gdpo.platform.launch;

/** A job that cannot be launched as it is asked for; the message says why, and what to do. */
public final class LaunchRefusedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LaunchRefusedException(String message) {
    super(message);
  }

  public LaunchRefusedException(String message, Throwable cause) {
    super(message, cause);
  }
}
