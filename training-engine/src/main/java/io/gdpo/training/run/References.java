package io.gdpo.training.run;

import io.gdpo.contracts.spec.Loss;
import io.gdpo.training.step.LiveReference;
import io.gdpo.training.step.Reference;
import java.net.URI;
import java.util.Optional;

/**
 * The reference of both splits and of their mismatched examples. Owns the model, where that is run
 * on every batch anew.
 *
 * @param model where the reference model lies; empty for losses that need none
 */
record References(
    Reference train,
    Reference eval,
    Reference mismatchedTrain,
    Reference mismatchedEval,
    Optional<URI> model)
    implements AutoCloseable {
  /** For losses that need none. */
  static References without(Loss loss) {
    Reference none = Reference.without(loss);
    return new References(none, none, none, none, Optional.empty());
  }

  @Override
  public void close() {
    if (train instanceof LiveReference live) {
      live.close();
    }
  }
}
