package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** The number format of matrix products and attention. */
public enum ComputeDtype implements Choice {
  FLOAT32,
  BFLOAT16
}
