package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;
import io.gdpo.contracts.data.Split;

/** A split that a model can be measured on: one that it was not taught. */
public enum HeldOutSplit implements Choice {
  TEST,
  EVAL;

  public Split split() {
    return Split.valueOf(name());
  }
}
