package io.gdpo.chat;

/** A chat model that cannot be asked; the message says where, why, and what to do. */
public class ChatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final Reach reach;

  /** What else fails likewise. */
  private enum Reach {
    /** This request, whenever it is made; others may succeed. */
    REQUEST,
    /** Every request, for now. */
    NOW,
    /** Every request, until something is changed. */
    ALWAYS
  }

  private ChatException(String message, Reach reach, Throwable cause) {
    super(message, cause);
    this.reach = reach;
  }

  /** Asking again does not help before something is changed. */
  static ChatException lasting(String message) {
    return lasting(message, null);
  }

  static ChatException lasting(String message, Throwable cause) {
    return new ChatException(message, Reach.ALWAYS, cause);
  }

  /** The server does not take what it is asked. */
  static ChatException ofRequest(String message) {
    return new ChatException(message, Reach.REQUEST, null);
  }

  /** Asking again later may help. */
  static ChatException passing(String message, Throwable cause) {
    return new ChatException(message, Reach.NOW, cause);
  }

  /** Whether asking the same again later may help. */
  public boolean isPassing() {
    return reach == Reach.NOW;
  }

  /** Whether it is this request that is refused, for its length or its content. */
  public boolean isOfRequest() {
    return reach == Reach.REQUEST;
  }
}
