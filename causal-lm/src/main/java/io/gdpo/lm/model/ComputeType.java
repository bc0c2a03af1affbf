package io.gdpo.lm.model;

import java.util.Arrays;
import java.util.List;

/**
 * The number format of matrix products and attention. Weights, norms, the residual stream, the
 * vocabulary's softmax and all losses stay float32.
 */
public enum ComputeType {
  /** 32 bits, everywhere. */
  FLOAT32("float32", 6, 4),
  /** 16 bits with float32's range: fast on GPUs and on CPUs with AVX-512 BF16 or AMX. */
  BFLOAT16("bfloat16", 15, 2);

  private final String label;
  private final int scalarType;
  private final int bytes;

  ComputeType(String label, int scalarType, int bytes) {
    this.label = label;
    this.scalarType = scalarType;
    this.bytes = bytes;
  }

  /** As Hugging Face and PyTorch write it. */
  public String label() {
    return label;
  }

  /** libtorch's number of the type. */
  int scalarType() {
    return scalarType;
  }

  /** Bytes of one number. */
  public int bytes() {
    return bytes;
  }

  /** All labels. */
  public static List<String> labels() {
    return Arrays.stream(values()).map(ComputeType::label).toList();
  }

  /**
   * The type of this label.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static ComputeType ofLabel(String label) {
    return Arrays.stream(values())
        .filter(type -> type.label.equals(label))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "compute_dtype '" + label + "' is not supported; use one of " + labels()));
  }
}
