package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** The rule that turns gradients into an update. */
public enum OptimizerRule implements Choice {
  ADAMW,
  RMSPROP
}
