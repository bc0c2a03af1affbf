package io.gdpo.contracts.metric;

/** Which way a metric is better. */
public enum Direction {
  LOW("lower"),
  HIGH("higher"),
  ONE("nearer to 1"),
  NONE("-");

  private final String better;

  Direction(String better) {
    this.better = better;
  }

  /** What is better, in words; a dash if nothing is, by itself. */
  public String better() {
    return better;
  }
}
