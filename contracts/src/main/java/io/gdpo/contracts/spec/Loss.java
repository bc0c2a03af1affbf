package io.gdpo.contracts.spec;

import io.gdpo.contracts.Choice;
import io.gdpo.contracts.data.PreferenceExample;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;

/**
 * The training losses, under the names that experiment files use, what each needs and which
 * settings it reads. Its formula is the method of the same name in the training engine's {@code
 * objectives.py}.
 */
public enum Loss implements Choice {
  SFT(Set.of(), Set.of(LossSetting.TARGETS)),
  DPO(
      Set.of(Need.PAIRS, Need.REFERENCE),
      Set.of(
          LossSetting.LABEL_SMOOTHING,
          LossSetting.REFERENCE_FREE,
          LossSetting.LENGTH_NORMALIZED,
          LossSetting.SFT_WEIGHT)),
  IPO(
      Set.of(Need.PAIRS, Need.REFERENCE),
      Set.of(LossSetting.REFERENCE_FREE, LossSetting.LENGTH_NORMALIZED, LossSetting.SFT_WEIGHT)),
  SOFT_DPO(
      Set.of(Need.PAIRS, Need.SHARES, Need.REFERENCE),
      Set.of(LossSetting.REFERENCE_FREE, LossSetting.LENGTH_NORMALIZED, LossSetting.SFT_WEIGHT)),
  GEOMETRIC_DPO(Set.of(Need.PAIRS, Need.SHARES, Need.REFERENCE), Set.of(), SOFT_DPO),
  SPL(
      Set.of(Need.PAIRS, Need.REFERENCE),
      Set.of(LossSetting.REFERENCE_BETA, LossSetting.LENGTH_NORMALIZED, LossSetting.SFT_WEIGHT)),
  SIMPO(Set.of(Need.PAIRS), Set.of(LossSetting.TARGET_MARGIN, LossSetting.SFT_WEIGHT)),
  ORPO(Set.of(Need.PAIRS), Set.of()),
  CALIBRATION(Set.of(Need.BELIEFS), Set.of()),
  CALIBRATION_WASSERSTEIN(Set.of(Need.BELIEFS), Set.of()),
  BELIEF_DPO(Set.of(Need.PAIRS, Need.BELIEFS, Need.REFERENCE), Set.of(), DPO),
  BELIEF_SFT(
      Set.of(Need.BELIEFS),
      Set.of(
          LossSetting.CALIBRATION_WEIGHT,
          LossSetting.CALIBRATION_SUPPORT,
          LossSetting.IMITATION_WEIGHT,
          LossSetting.IMITATION_INCLUDES_CLOSE)),
  GDPO(
      Set.of(Need.PAIRS, Need.BELIEFS, Need.REFERENCE),
      Set.of(LossSetting.PREFERENCE_WEIGHT),
      BELIEF_SFT,
      BELIEF_DPO),
  KTO(
      Set.of(Need.JUDGED, Need.REFERENCE, Need.KL),
      Set.of(LossSetting.DESIRABLE_WEIGHT, LossSetting.UNDESIRABLE_WEIGHT, LossSetting.SFT_WEIGHT)),
  GDPO_KTO(
      Set.of(Need.JUDGED, Need.BELIEFS, Need.REFERENCE, Need.KL),
      Set.of(LossSetting.PREFERENCE_WEIGHT),
      BELIEF_SFT,
      KTO);

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
    /**
     * The share of people who prefer the chosen response: votes were counted, or the group's
     * distribution of beliefs tells it.
     */
    SHARES,
    /** What a frozen reference model says of the responses. */
    REFERENCE,
    /**
     * KTO's reference point: an estimate of how far the policy is from the reference model, from
     * responses that are not the prompt's.
     */
    KL
  }

  private final Set<Need> needs;
  private final Set<LossSetting> settings;

  /**
   * @param parts losses that this one is made of, whose settings it reads too
   */
  Loss(Set<Need> needs, Set<LossSetting> own, Loss... parts) {
    EnumSet<LossSetting> all = EnumSet.noneOf(LossSetting.class);
    all.addAll(own);
    for (Loss part : parts) {
      all.addAll(part.settings);
    }
    this.needs = needs;
    this.settings = Collections.unmodifiableSet(all);
  }

  public boolean needs(Need need) {
    return needs.contains(need);
  }

  /** Whether the loss, or the data that it is trained on, depends on a setting. */
  public boolean reads(LossSetting setting) {
    return settings.contains(setting);
  }

  /** Whether examples of a kind have all that the loss needs. */
  public boolean learnsFrom(PreferenceExample.Kind kind) {
    return switch (kind) {
      case OPINION -> true;
      case PAIR -> !needs(Need.BELIEFS);
      case JUDGED -> !needs(Need.BELIEFS) && !needs(Need.PAIRS);
    };
  }

  /** Whether rejected responses are read beside the chosen ones. */
  public boolean readsRejected() {
    return needs(Need.PAIRS) || needs(Need.JUDGED);
  }
}
