package io.gdpo.artifacts.source;

/**
 * Nothing is wrong with a source, but a part of what is made of it is written only when its dataset
 * is built, as a chat model's dialogues are.
 */
public final class NotWrittenYetException extends SourceException {
  private static final long serialVersionUID = 1L;

  public NotWrittenYetException(String message) {
    super(message);
  }
}
