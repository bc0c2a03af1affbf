package io.gdpo.benchmark.side;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.gdpo.contracts.spec.Levers;

/**
 * What a side is told, one JSON object a line; {@code peers/serve.py} documents the commands.
 *
 * @param command {@code prepare}, {@code measure}, {@code steps}, {@code profile}, {@code matmul}
 *     or {@code memory}
 * @param work of {@code prepare}
 * @param from first step of {@code steps}, the step of {@code profile}; they count from 0
 * @param count of {@code steps}
 * @param size of {@code matmul}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Request(String command, Work work, Integer from, Integer count, Integer size) {

  /** Load models and examples. */
  public static Request prepare(Work work) {
    return new Request("prepare", work, null, null, null);
  }

  /** Say what both sides must agree on. */
  public static Request measure() {
    return new Request("measure", null, null, null, null);
  }

  /** Do steps and say how long each took. */
  public static Request steps(int from, int count) {
    return new Request("steps", null, from, count, null);
  }

  /** Do a step and say which share of its time each operator took. */
  public static Request profile(int step) {
    return new Request("profile", null, step, null, null);
  }

  /** Multiply matrices and say how fast. */
  public static Request matmul(int size) {
    return new Request("matmul", null, null, null, size);
  }

  /** Say how much memory was resident. */
  public static Request memory() {
    return new Request("memory", null, null, null, null);
  }

  /**
   * What is to be computed.
   *
   * @param kind a loss ({@code gdpo} and {@code dpo} have a Python peer), {@code lm} or {@code
   *     sampling}
   * @param model folder of the weights, in Hugging Face layout
   * @param reference folder of the reference model's weights
   * @param examples file of the examples
   * @param batchSize examples of a step
   * @param beta temperature of the preference term
   * @param learningRate constant
   * @param maxGradNorm clip
   * @param dtype {@code float32} or {@code bfloat16}, of matrix products
   * @param cachedReference whether reference log-probabilities are computed before the steps
   * @param samples continuations of each prompt
   * @param newTokens of a continuation
   * @param levers of the Java side
   * @param device of both: {@code cpu} or {@code cuda:N}
   */
  public record Work(
      String kind,
      String model,
      String reference,
      String examples,
      int batchSize,
      double beta,
      double learningRate,
      double maxGradNorm,
      String dtype,
      boolean cachedReference,
      int samples,
      int newTokens,
      Levers levers,
      String device) {

    /** With other levers. */
    public Work with(Levers other) {
      return new Work(
          kind,
          model,
          reference,
          examples,
          batchSize,
          beta,
          learningRate,
          maxGradNorm,
          dtype,
          cachedReference,
          samples,
          newTokens,
          other,
          device);
    }

    /** With reference log-probabilities that are computed before the steps. */
    public Work withCachedReference() {
      return new Work(
          kind,
          model,
          reference,
          examples,
          batchSize,
          beta,
          learningRate,
          maxGradNorm,
          dtype,
          true,
          samples,
          newTokens,
          levers,
          device);
    }

    /** In another number format. */
    public Work in(String other) {
      return new Work(
          kind,
          model,
          reference,
          examples,
          batchSize,
          beta,
          learningRate,
          maxGradNorm,
          other,
          cachedReference,
          samples,
          newTokens,
          levers,
          device);
    }
  }
}
