package io.gdpo.lm.jinja;

/**
 * A template cannot be read, fails, or refuses what it is given by {@code raise_exception}, whose
 * text is then the message.
 */
public final class TemplateException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public TemplateException(String message) {
    super(message);
  }
}
