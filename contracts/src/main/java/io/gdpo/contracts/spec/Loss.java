package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;
import java.util.Set;

/**
 * The training losses, under the names that experiment files use, and what each needs. Its formula
 * is the method of the same name in the training engine's {@code objectives.py}.
 */
public enum Loss implements Choice {
  SFT(),
  DPO(Need.PAIRS, Need.REFERENCE),
  IPO(Need.PAIRS, Need.REFERENCE),
  BELIEF_DPO(Need.PAIRS, Need.BELIEFS, Need.REFERENCE),
  BELIEF_SFT(Need.BELIEFS),
  GDPO(Need.PAIRS, Need.BELIEFS, Need.REFERENCE),
  KTO(Need.JUDGED, Need.REFERENCE, Need.KL),
  GDPO_KTO(Need.JUDGED, Need.BELIEFS, Need.REFERENCE, Need.KL);

  /** What a loss may need beside a prompt and a chosen response to it. */
  public enum Need {
    /** A rejected response, which the chosen one is compared with. */
    PAIRS,
    /**
     * Responses that are good or bad each by itself: of a pair, the chosen and the rejected one.
     */
    JUDGED,
    /**
     * A belief before each response. A rejected response is rendered under the chosen side's
     * belief, and log pi(y | x) counts from the belief's closing mark on.
     */
    BELIEFS,
    /** What a frozen reference model says of the responses. */
    REFERENCE,
    /**
     * KTO's reference point: an estimate of how far the policy is from the reference model, from
     * responses that are not the prompt's.
     */
    KL
  }

  private final Set<Need> needs;

  Loss(Need... needs) {
    this.needs = Set.of(needs);
  }

  public boolean needs(Need need) {
    return needs.contains(need);
  }

  /** Whether rejected responses are read beside the chosen ones. */
  public boolean readsRejected() {
    return needs(Need.PAIRS) || needs(Need.JUDGED);
  }
}
