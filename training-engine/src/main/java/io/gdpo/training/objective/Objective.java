package io.gdpo.training.objective;

import io.gdpo.contracts.spec.CalibrationSupport;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import java.util.Map;

/**
 * A training loss: what a model is asked to become. Each implementation is one loss of "Group
 * Distributional Preference Optimization" (Yao et al., ICLR 2025, arXiv 2412.20299) and the methods
 * it is compared with; {@link ObjectiveScript} compiles and differentiates it.
 */
public sealed interface Objective
    permits SftObjective,
        DpoObjective,
        IpoObjective,
        BeliefDpoObjective,
        BeliefSftObjective,
        GdpoObjective,
        KtoObjective,
        GdpoKtoObjective {

  /** The name of this loss, and whether it compares responses and conditions them on beliefs. */
  Loss loss();

  /**
   * The body of the TorchScript method {@code losses}, which returns the loss of each example. Its
   * parameters are tensors with one value for each example where not said otherwise, as {@code
   * terms.py} defines them:
   *
   * <ul>
   *   <li>{@code nll}: mean negative log-probability of the chosen response's tokens
   *   <li>{@code calibration}: KL(p* || pi(b | x))
   *   <li>{@code imitation}: mean negative log-probability of the belief segment's tokens
   *   <li>{@code chosen}, {@code rejected}: log pi(y_c | x), log pi(y_r | x)
   *   <li>{@code reference_chosen}, {@code reference_rejected}: the same under the reference model
   *   <li>{@code kl}: one value for all, KTO's reference point; 0 for other losses
   * </ul>
   *
   * and {@code self} has the {@link #settings}.
   */
  String formula();

  /** The numbers that the formula reads as attributes of {@code self}, by name. */
  Map<String, Double> settings();

  /** Temperature of the implicit rewards beta (log pi(y | x) - log ref(y | x)), for metrics. */
  default double beta() {
    return 1.0;
  }

  /** What the belief distribution that is calibrated is normalised over. */
  default CalibrationSupport calibrationSupport() {
    return CalibrationSupport.VOCABULARY;
  }

  /** The objective that a training specification asks for. */
  static Objective of(TrainingSpec spec) {
    LogRatio ratio = spec.referenceFree() ? LogRatio.REFERENCE_FREE : LogRatio.AGAINST_REFERENCE;
    CalibrationSupport support = spec.calibrationSupport();
    return switch (spec.loss()) {
      case SFT -> new SftObjective();
      case DPO -> new DpoObjective(spec.beta(), spec.labelSmoothing(), ratio);
      case IPO -> new IpoObjective(spec.beta(), ratio);
      case BELIEF_DPO -> new BeliefDpoObjective(spec.beta(), spec.labelSmoothing(), ratio);
      case BELIEF_SFT ->
          new BeliefSftObjective(spec.calibrationWeight(), spec.imitationWeight(), support);
      case GDPO ->
          new GdpoObjective(
              new BeliefDpoObjective(spec.beta(), spec.labelSmoothing(), ratio),
              spec.calibrationWeight(),
              spec.imitationWeight(),
              spec.preferenceWeight(),
              support);
      case KTO -> kto(spec);
      case GDPO_KTO ->
          new GdpoKtoObjective(
              kto(spec),
              spec.calibrationWeight(),
              spec.imitationWeight(),
              spec.preferenceWeight(),
              support);
    };
  }

  private static KtoObjective kto(TrainingSpec spec) {
    return new KtoObjective(spec.beta(), spec.desirableWeight(), spec.undesirableWeight());
  }
}
