package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The training losses, under the names that experiment files use, and what each needs. Its formula
 * is the method of the same name in the training engine's {@code objectives.py}.
 */
public enum Loss {
  SFT("sft"),
  DPO("dpo", Need.PAIRS, Need.REFERENCE),
  IPO("ipo", Need.PAIRS, Need.REFERENCE),
  BELIEF_DPO("belief-dpo", Need.PAIRS, Need.BELIEFS, Need.REFERENCE),
  BELIEF_SFT("belief-sft", Need.BELIEFS),
  GDPO("gdpo", Need.PAIRS, Need.BELIEFS, Need.REFERENCE),
  KTO("kto", Need.JUDGED, Need.REFERENCE, Need.KL),
  GDPO_KTO("gdpo-kto", Need.JUDGED, Need.BELIEFS, Need.REFERENCE, Need.KL);

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

  private final String label;
  private final Set<Need> needs;

  Loss(String label, Need... needs) {
    this.label = label;
    this.needs = Set.of(needs);
  }

  @JsonValue
  public String label() {
    return label;
  }

  public boolean needs(Need need) {
    return needs.contains(need);
  }

  /** Whether rejected responses are read beside the chosen ones. */
  public boolean readsRejected() {
    return needs(Need.PAIRS) || needs(Need.JUDGED);
  }

  public static Optional<Loss> ofLabel(String label) {
    return Arrays.stream(values()).filter(l -> l.label.equals(label)).findFirst();
  }

  /**
   * The loss that a specification asks for.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static Loss of(TrainingSpec spec) {
    return ofLabel(spec.loss())
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    FieldChecks.quoted(spec.loss())
                        + " is not a loss; the losses are "
                        + labels()));
  }

  /** All labels, for error messages. */
  public static String labels() {
    return Arrays.stream(values()).map(Loss::label).collect(Collectors.joining(", "));
  }
}
