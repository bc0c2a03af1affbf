package io.gdpo.lm.model;

import ai.djl.ndarray.NDArray;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.script.InputBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Places of a batch and the tokens that are asked for there, each pair of them once, and which of
 * those each asked pair is.
 */
public final class AskedPlaces {
  private final InputBuffer.Piece rows;
  private final InputBuffer.Piece targets;
  private final Optional<InputBuffer.Piece> number;

  private AskedPlaces(
      InputBuffer.Piece rows, InputBuffer.Piece targets, Optional<InputBuffer.Piece> number) {
    this.rows = rows;
    this.targets = targets;
    this.number = number;
  }

  private record Pair(long row, long target) {}

  /**
   * The asked pairs; behind them the first {@code places} places that none asks for; and behind
   * these, up to a number that passes may have, the first place again.
   */
  static AskedPlaces of(
      InputBuffer buffer, long[] rows, long[] targets, int places, PassSizes sizes) {
    Map<Pair, Integer> numbers = new LinkedHashMap<>();
    long[] number = new long[rows.length];
    for (int i = 0; i < rows.length; i++) {
      int next = numbers.size();
      Integer known = numbers.putIfAbsent(new Pair(rows[i], targets[i]), next);
      number[i] = known == null ? next : known;
    }
    if (places > 0) {
      Set<Long> asked = numbers.keySet().stream().map(Pair::row).collect(Collectors.toSet());
      for (long row = 0; row < places; row++) {
        if (!asked.contains(row)) {
          numbers.put(new Pair(row, 0), numbers.size());
        }
      }
    }
    int computed = sizes.length(numbers.size());
    boolean eachOnce = computed == rows.length && numbers.size() == rows.length;
    return new AskedPlaces(
        buffer.integers(
            Arrays.copyOf(numbers.keySet().stream().mapToLong(Pair::row).toArray(), computed)),
        buffer.integers(
            Arrays.copyOf(numbers.keySet().stream().mapToLong(Pair::target).toArray(), computed)),
        eachOnce ? Optional.empty() : Optional.of(buffer.integers(number)));
  }

  /** {@code [U]} int64, indices into the flattened places. */
  NDArray rows() {
    return rows.tensor();
  }

  /** {@code [U]} int64, tokens. */
  NDArray targets() {
    return targets.tensor();
  }

  /**
   * {@code [N]} int64, for each asked pair which of the U it is; empty where that is their order.
   */
  Optional<NDArray> number() {
    return number.map(InputBuffer.Piece::tensor);
  }
}
