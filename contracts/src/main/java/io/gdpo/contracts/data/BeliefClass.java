package io.gdpo.contracts.data;

/**
 * The belief classes of opinion data (gdpo-method: 5 and 4 favour, 3 neutral or depends, 2 and 1
 * oppose, 0 no opinion, refused or other). The class is written as one digit in front of a
 * response.
 */
public final class BeliefClass {
  /** How many classes there are; probabilities are vectors of this length, indexed by class. */
  public static final int COUNT = 6;

  private BeliefClass() {}
}
