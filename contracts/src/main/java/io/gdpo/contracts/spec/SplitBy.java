package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** What the splits of synthesised data do not share. */
public enum SplitBy implements Choice {
  /** Every question is in every split, in other styles: is a known question answered as it is? */
  STYLES,
  /** A question, whatever its wording, is in one split: are unseen questions answered likewise? */
  QUESTIONS,
  /**
   * Each dialogue is in every split, answered by others: are people answered who were not asked?
   */
  RESPONDENTS;

  /** The fewest respondents of a dialogue: one for each split. */
  public static final int FEWEST_RESPONDENTS = 3;
}
