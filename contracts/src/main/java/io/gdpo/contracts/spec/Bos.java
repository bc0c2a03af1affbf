package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** Whether a token is put in front of a prompt. */
public enum Bos implements Choice {
  /** What the model's tokenizer itself puts in front of a text. */
  AUTO,
  NEVER
}
