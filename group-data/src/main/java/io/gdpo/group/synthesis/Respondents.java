package io.gdpo.group.synthesis;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Turns shares into whole respondents by the method of the largest remainder (Hamilton). */
final class Respondents {
  private Respondents() {}

  /**
   * How many of {@code respondents} choose each option: the whole part of share times respondents,
   * and one more for the largest remainders until all are placed (the earlier option first where
   * they are equal).
   *
   * @param shares sum to 1
   */
  static int[] apportion(List<Double> shares, int respondents) {
    int[] seats = new int[shares.size()];
    double[] remainders = new double[shares.size()];
    int placed = 0;
    for (int i = 0; i < seats.length; i++) {
      double quota = shares.get(i) * respondents;
      seats[i] = (int) Math.floor(quota + 1e-9);
      remainders[i] = quota - seats[i];
      placed += seats[i];
    }
    List<Integer> byRemainder = new ArrayList<>(IntStream.range(0, seats.length).boxed().toList());
    byRemainder.sort(Comparator.comparingDouble(i -> -remainders[i]));
    for (int i = 0; placed < respondents; i++, placed++) {
      seats[byRemainder.get(i)]++;
    }
    return seats;
  }
}
