package io.gdpo.contracts.state;

import io.gdpo.contracts.Choice;

/** What a line of progress tells of. */
public enum Phase implements Choice {
  /** Training steps since the last line. */
  TRAIN,
  /** The eval split. */
  EVAL
}
