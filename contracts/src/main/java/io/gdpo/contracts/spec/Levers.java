package io.gdpo.contracts.spec;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * What makes a training step fast, each with a switch to measure it by. None changes a number
 * beyond the rounding of sums.
 *
 * @param oneForward one forward pass of the policy for calibration, imitation and the pair, instead
 *     of one each
 * @param cachedReference the reference model's log-probabilities are computed once, instead of in
 *     every step
 * @param selectedRows the vocabulary is projected to only where a loss reads it, instead of
 *     everywhere
 * @param sharedPrefixes what responses have in common (prompt, belief) is computed once, instead of
 *     for each, where that costs less
 * @param sequencePacking several short sequences lie in one row, instead of padding
 * @param lengthBucketing examples of like length go into one micro-batch
 * @param fusedOptimizer one pass over the memory for an update, instead of one for each operation
 * @param prefetch the next step's batch is laid out by another thread meanwhile
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Levers(
    Boolean oneForward,
    Boolean cachedReference,
    Boolean selectedRows,
    Boolean sharedPrefixes,
    Boolean sequencePacking,
    Boolean lengthBucketing,
    Boolean fusedOptimizer,
    Boolean prefetch) {
  /** Everything on. */
  public static final Levers ALL = new Levers(null, null, null, null, null, null, null, null);

  public Levers {
    oneForward = oneForward == null || oneForward;
    cachedReference = cachedReference == null || cachedReference;
    selectedRows = selectedRows == null || selectedRows;
    sharedPrefixes = sharedPrefixes == null || sharedPrefixes;
    sequencePacking = sequencePacking == null || sequencePacking;
    lengthBucketing = lengthBucketing == null || lengthBucketing;
    fusedOptimizer = fusedOptimizer == null || fusedOptimizer;
    prefetch = prefetch == null || prefetch;
  }
}
