package io.gdpo.benchmark.side;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Map;

/**
 * What a side answers; which fields are there depends on what it was told.
 *
 * @param ready to {@code prepare}: engine and threads
 * @param values to {@code measure}: numbers by name; to {@code profile}: shares by operator
 * @param seconds to {@code steps}: of each
 * @param gflop to {@code steps}: matrix products that each step did, 10^9; 0 where not counted
 * @param gflops to {@code matmul}: 10^9 a second
 * @param peakBytes to {@code memory}: most resident memory
 * @param startBytes to {@code memory}: resident memory once the libraries were loaded
 * @param error why it could not be done
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record Reply(
    String ready,
    Map<String, Double> values,
    List<Double> seconds,
    List<Double> gflop,
    Double gflops,
    Long peakBytes,
    Long startBytes,
    String error) {

  static Reply ready(String ready) {
    return new Reply(ready, null, null, null, null, null, null, null);
  }

  static Reply values(Map<String, Double> values) {
    return new Reply(null, values, null, null, null, null, null, null);
  }

  static Reply steps(List<Double> seconds, List<Double> gflop) {
    return new Reply(null, null, seconds, gflop, null, null, null, null);
  }

  static Reply gflops(double gflops) {
    return new Reply(null, null, null, null, gflops, null, null, null);
  }

  static Reply memory(long peakBytes, long startBytes) {
    return new Reply(null, null, null, null, null, peakBytes, startBytes, null);
  }

  static Reply error(String error) {
    return new Reply(null, null, null, null, null, null, null, error);
  }
}
