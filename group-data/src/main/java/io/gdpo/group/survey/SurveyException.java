package io.gdpo.group.survey;

import io.gdpo.group.DatasetException;

/** A survey that cannot be used at all; the message says what is wrong, where, and what to do. */
public class SurveyException extends DatasetException {
  private static final long serialVersionUID = 1L;

  public SurveyException(String message) {
    super(message);
  }

  public SurveyException(String message, Throwable cause) {
    super(message, cause);
  }
}
