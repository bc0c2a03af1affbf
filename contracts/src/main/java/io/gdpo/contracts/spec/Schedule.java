package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** What the learning rate does after its warm-up. */
public enum Schedule implements Choice {
  LINEAR,
  COSINE,
  CONSTANT
}
