package io.gdpo.platform.security;

/**
 * Who asks for something, by REST or by event.
 *
 * @param name as the token or the event says; null while nobody is asked who they are
 * @param isOperator whether what others own is theirs to change, too
 */
public record Caller(String name, boolean isOperator) {
  /** While nobody is asked who they are, everybody may do everything. */
  public static final Caller ANYBODY = new Caller(null, true);

  /** Who a command by event is from, unless its topic's writers are believed to say who. */
  public static final Caller KAFKA = new Caller("kafka", false);

  /** Who an object in a Kubernetes cluster is from: its API server decides who may make one. */
  public static final Caller KUBERNETES = new Caller("kubernetes", false);

  /**
   * Whether something is theirs to change.
   *
   * @param owner null if it was made when nobody was asked who they are: it is everybody's
   */
  public boolean mayChange(String owner) {
    return isOperator || owner == null || owner.equals(name);
  }
}
