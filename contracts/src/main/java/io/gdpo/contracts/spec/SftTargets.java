package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** Which accepted responses SFT learns. */
public enum SftTargets implements Choice {
  ALL,
  /** Of each prompt the last one in the data, as the reference implementation does. */
  LAST_PER_PROMPT
}
