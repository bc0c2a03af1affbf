package io.gdpo.group.examples;

import io.gdpo.group.DatasetException;

/** A record that cannot be used. */
final class RowException extends DatasetException {
  private static final long serialVersionUID = 1L;

  private final String why;

  /**
   * @param why what is wrong with it, without its place
   */
  RowException(Place place, String why) {
    super(place + (why.startsWith("field ") ? ", " : ": ") + why);
    this.why = why;
  }

  /** What is wrong with it, without its place. */
  String why() {
    return why;
  }
}
