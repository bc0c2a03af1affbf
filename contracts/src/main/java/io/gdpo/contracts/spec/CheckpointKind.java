package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** Which of the models that a stage leaves. */
public enum CheckpointKind implements Choice {
  /** By the stage's selection metric. */
  BEST,
  /** As training ended. */
  FINAL
}
