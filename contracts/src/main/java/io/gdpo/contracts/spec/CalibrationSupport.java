package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** What the model's belief distribution is normalised over when it is held against p*. */
public enum CalibrationSupport implements Choice {
  /** The whole vocabulary: mass that leaks off the belief digits is penalised. */
  VOCABULARY,
  /** The belief digits only. */
  BELIEFS
}
