package io.gdpo.chat;

/** A chat model that cannot be asked; the message says where, why, and what to do. */
public class ChatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Whether asking again later may help. */
  private final boolean passing;

  private ChatException(String message, boolean passing, Throwable cause) {
    super(message, cause);
    this.passing = passing;
  }

  /** Asking again does not help before something is changed. */
  static ChatException lasting(String message) {
    return lasting(message, null);
  }

  static ChatException lasting(String message, Throwable cause) {
    return new ChatException(message, false, cause);
  }

  /** Asking again later may help. */
  static ChatException passing(String message, Throwable cause) {
    return new ChatException(message, true, cause);
  }

  public boolean isPassing() {
    return passing;
  }
}
