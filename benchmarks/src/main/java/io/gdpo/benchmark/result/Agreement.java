package io.gdpo.benchmark.result;

import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Whether both sides compute the same on the same weights and batch; what differs is not timed.
 *
 * @param quantity such as the loss
 * @param baseline its value on the one side
 * @param measured on the other
 * @param tolerance largest relative difference
 */
public record Agreement(String quantity, double baseline, double measured, double tolerance) {

  /** Of every quantity that both sides report. */
  public static List<Agreement> of(
      Map<String, Double> baseline, Map<String, Double> measured, double tolerance) {
    if (!baseline.keySet().equals(measured.keySet())) {
      throw new IllegalArgumentException(
          "one side reports %s, the other %s".formatted(baseline.keySet(), measured.keySet()));
    }
    return baseline.keySet().stream()
        .sorted(Comparator.reverseOrder())
        .map(name -> new Agreement(name, baseline.get(name), measured.get(name), tolerance))
        .toList();
  }

  /** |a - b| / |a|. */
  public double relativeDifference() {
    return Math.abs(baseline - measured) / Math.max(Math.abs(baseline), 1e-30);
  }

  /** Whether the two are the same but for rounding. */
  public boolean holds() {
    return relativeDifference() <= tolerance;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%s %.8g and %.8g, relative difference %.1e (at most %.0e)",
        quantity,
        baseline,
        measured,
        relativeDifference(),
        tolerance);
  }
}
