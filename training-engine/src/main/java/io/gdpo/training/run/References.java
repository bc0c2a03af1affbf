package io.gdpo.training.run;

import io.gdpo.training.step.LiveReference;
import io.gdpo.training.step.Reference;
import java.net.URI;
import java.util.Optional;

/**
 * The reference of both splits and of their mismatched examples. Owns the model, where that is run
 * on every batch anew.
 *
 * @param model where the reference model lies; empty for losses that compare with none
 */
record References(
    Reference train,
    Reference eval,
    Reference mismatchedTrain,
    Reference mismatchedEval,
    Optional<URI> model)
    implements AutoCloseable {
  /** For losses that compare with none. */
  static final References NONE =
      new References(
          Reference.NONE, Reference.NONE, Reference.NONE, Reference.NONE, Optional.empty());

  @Override
  public void close() {
    if (train instanceof LiveReference live) {
      live.close();
    }
  }
}
