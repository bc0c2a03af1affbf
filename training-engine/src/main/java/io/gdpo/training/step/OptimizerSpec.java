package io.gdpo.training.step;

import io.gdpo.contracts.spec.TrainingSpec;
import java.util.List;
import java.util.Map;

/**
 * The rule that turns gradients into an update. What differs between rules is named here; {@link
 * Optimizer} holds their state and runs them.
 */
public sealed interface OptimizerSpec {
  /** PyTorch's default, in both rules. */
  double EPSILON = 1e-8;

  /** The name of the rule. */
  String name();

  /** Whether an update is one pass over the memory, instead of one for each operation. */
  boolean fused();

  /** The TorchScript source of the method {@code step}, a resource beside this class. */
  default String resource() {
    return name() + (fused() ? ".py" : "_unfused.py");
  }

  /** State tensors that each parameter has, in the order of {@code step}'s parameters. */
  List<String> stateNames();

  /** The numbers that {@code step} reads as attributes of {@code self}. */
  Map<String, Double> settings();

  /** The rule that a training specification asks for. */
  static OptimizerSpec of(TrainingSpec spec) {
    return switch (spec.optimizer()) {
      case ADAMW ->
          new AdamW(
              spec.adamBeta1(),
              spec.adamBeta2(),
              spec.weightDecay(),
              spec.maxGradNorm(),
              spec.levers().fusedOptimizer());
      case RMSPROP ->
          new RmsProp(spec.weightDecay(), spec.maxGradNorm(), spec.levers().fusedOptimizer());
    };
  }

  /**
   * Adam with decoupled weight decay (Loshchilov and Hutter 2019); all parameters decay alike.
   *
   * @param beta1 decay of the gradients' mean
   * @param beta2 decay of their square's mean
   * @param weightDecay share of a parameter, times the learning rate, that a step takes off
   * @param maxGradNorm bound of the gradients' global norm
   */
  record AdamW(double beta1, double beta2, double weightDecay, double maxGradNorm, boolean fused)
      implements OptimizerSpec {
    @Override
    public String name() {
      return "adamw";
    }

    @Override
    public List<String> stateNames() {
      return List.of("mean", "square");
    }

    @Override
    public Map<String, Double> settings() {
      return Map.of(
          "beta1", beta1,
          "beta2", beta2,
          "weight_decay", weightDecay,
          "epsilon", EPSILON,
          "max_norm", maxGradNorm);
    }
  }

  /**
   * RMSprop with PyTorch's default smoothing of 0.99, the reference implementation's optimizer.
   *
   * @param weightDecay decoupled, as in {@link AdamW}
   * @param maxGradNorm bound of the gradients' global norm
   */
  record RmsProp(double weightDecay, double maxGradNorm, boolean fused) implements OptimizerSpec {
    private static final double ALPHA = 0.99;

    @Override
    public String name() {
      return "rmsprop";
    }

    @Override
    public List<String> stateNames() {
      return List.of("square");
    }

    @Override
    public Map<String, Double> settings() {
      return Map.of(
          "alpha", ALPHA,
          "weight_decay", weightDecay,
          "epsilon", EPSILON,
          "max_norm", maxGradNorm);
    }
  }
}
