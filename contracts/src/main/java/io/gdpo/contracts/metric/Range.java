package io.gdpo.contracts.metric;

/**
 * Where a metric's values lie.
 *
 * @param words the same for people
 */
public record Range(double least, double most, String words) {
  static final Range SHARE = new Range(0, 1, "0 to 1");

  /** Of Jensen-Shannon distances, up to sqrt(ln 2). */
  static final Range DISTANCE = new Range(0, Math.sqrt(Math.log(2)), "0 to 0.833");

  /** Of what a model gives the majority, over what the group does. */
  static final Range BIAS = new Range(0, Double.POSITIVE_INFINITY, "0 to 1 / p*(majority)");

  /** Of entropies and relative entropies. */
  static final Range NATS = new Range(0, Double.POSITIVE_INFINITY, "0 or more");

  static final Range ANY = new Range(Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, "any");
}
