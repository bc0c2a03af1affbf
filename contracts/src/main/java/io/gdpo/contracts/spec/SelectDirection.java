package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** Which way the metric is better that a checkpoint is selected by. */
public enum SelectDirection implements Choice {
  MIN,
  MAX
}
