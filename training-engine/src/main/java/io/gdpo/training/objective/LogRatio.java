package io.gdpo.training.objective;

/** The quantity h that preference losses drive up: how much more the chosen side is preferred. */
public enum LogRatio {
  /** Against the frozen reference model (Rafailov et al. 2023, equation 7). */
  AGAINST_REFERENCE("(chosen - rejected) - (reference_chosen - reference_rejected)"),
  /** The reference's log-probabilities taken as 0. Logged rewards still measure against it. */
  REFERENCE_FREE("chosen - rejected");

  private final String formula;

  LogRatio(String formula) {
    this.formula = formula;
  }

  /** TorchScript over the parameters that {@link Objective#formula} names. */
  String formula() {
    return formula;
  }
}
