package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;

/** The training losses, under the names that experiment files use. */
public enum Loss implements Choice {
  SFT(false, false),
  DPO(true, false),
  IPO(true, false),
  BELIEF_DPO(true, true),
  BELIEF_SFT(false, true),
  GDPO(true, true),
  KTO(true, false),
  GDPO_KTO(true, true);

  private final boolean preference;
  private final boolean beliefConditioned;

  Loss(boolean preference, boolean beliefConditioned) {
    this.preference = preference;
    this.beliefConditioned = beliefConditioned;
  }

  /** Whether the loss compares a chosen with a rejected response, against a reference model. */
  public boolean isPreference() {
    return preference;
  }

  /** Whether the rejected side is rendered under the chosen side's belief. */
  public boolean isBeliefConditioned() {
    return beliefConditioned;
  }

  /**
   * Whether the loss judges each response by itself, against an estimate of how far the policy is
   * from the reference model (KTO's reference point).
   */
  public boolean hasReferencePoint() {
    return this == KTO || this == GDPO_KTO;
  }
}
