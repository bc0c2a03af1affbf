package io.gdpo.lm.export;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a chain of adapters adds to one weight, a row at a time: the sum of {@code scale * B A}, in
 * float32, the adapter that was trained first first.
 */
final class WeightUpdate {
  /**
   * One adapter's part.
   *
   * @param left [rows, rank]
   * @param right [rank, columns]
   */
  private record Factor(float scale, int rank, float[] left, float[] right) {}

  private final List<Factor> factors = new ArrayList<>();
  private final int columns;
  private final float[] sum;

  private WeightUpdate(int columns) {
    this.columns = columns;
    this.sum = new float[columns];
  }

  /**
   * The update of a module's weight.
   *
   * @param adapters those that do not adapt the module add nothing
   * @param columns of the weight as it is stored
   * @param transposed whether it is stored [in, out]
   */
  static WeightUpdate of(List<AdapterFile> adapters, String module, int columns, boolean transposed)
      throws IOException {
    WeightUpdate update = new WeightUpdate(columns);
    for (AdapterFile adapter : adapters) {
      if (adapter.modules().contains(module)) {
        float[] a = adapter.a(module);
        float[] b = adapter.b(module);
        int rank = adapter.rank();
        update.factors.add(
            transposed
                ? new Factor(
                    (float) adapter.scale(),
                    rank,
                    transposed(a, rank, a.length / rank),
                    transposed(b, b.length / rank, rank))
                : new Factor((float) adapter.scale(), rank, b, a));
      }
    }
    return update;
  }

  /** A [rows, columns] matrix's [columns, rows]. */
  private static float[] transposed(float[] matrix, int rows, int columns) {
    float[] transposed = new float[matrix.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        transposed[j * rows + i] = matrix[i * columns + j];
      }
    }
    return transposed;
  }

  boolean isNothing() {
    return factors.isEmpty();
  }

  /**
   * Adds to some rows of the weight.
   *
   * @param first number of the first row
   * @param values at least {@code rows} rows
   */
  void addTo(float[] values, int first, int rows) {
    for (Factor factor : factors) {
      for (int row = 0; row < rows; row++) {
        Arrays.fill(sum, 0);
        for (int k = 0; k < factor.rank; k++) {
          add(factor.left[(first + row) * factor.rank + k], factor.right, k * columns, sum);
        }
        int at = row * columns;
        for (int j = 0; j < columns; j++) {
          values[at + j] += factor.scale * sum[j];
        }
      }
    }
  }

  private static void add(float times, float[] vector, int from, float[] sum) {
    for (int j = 0; j < sum.length; j++) {
      sum[j] += times * vector[from + j];
    }
  }
}
