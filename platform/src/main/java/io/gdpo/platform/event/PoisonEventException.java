package io.gdpo.platform.event;

/**
 * A record that can never be handled, however often it is tried: it goes to the dead letter topic,
 * with this message as the reason.
 */
public class PoisonEventException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PoisonEventException(String reason) {
    super(reason);
  }

  public PoisonEventException(String reason, Throwable cause) {
    super(reason, cause);
  }
}
