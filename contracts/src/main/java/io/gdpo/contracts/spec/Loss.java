package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** The training losses, under the names that experiment files use. */
public enum Loss {
  SFT("sft", false, false),
  DPO("dpo", true, false),
  IPO("ipo", true, false),
  BELIEF_DPO("belief-dpo", true, true),
  BELIEF_SFT("belief-sft", false, true),
  GDPO("gdpo", true, true),
  KTO("kto", true, false),
  GDPO_KTO("gdpo-kto", true, true);

  private final String label;
  private final boolean preference;
  private final boolean beliefConditioned;

  Loss(String label, boolean preference, boolean beliefConditioned) {
    this.label = label;
    this.preference = preference;
    this.beliefConditioned = beliefConditioned;
  }

  @JsonValue
  public String label() {
    return label;
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

  public static Optional<Loss> ofLabel(String label) {
    return Arrays.stream(values()).filter(l -> l.label.equals(label)).findFirst();
  }

  /** All labels, for error messages. */
  public static String labels() {
    return Arrays.stream(values()).map(Loss::label).collect(Collectors.joining(", "));
  }
}
