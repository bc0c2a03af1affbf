package io.gdpo.lm.script;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import java.util.List;

/** One argument of a TorchScript method: a {@code Tensor} or a {@code List[Tensor]}. */
public sealed interface Arg {

  /** Passed as {@code Tensor}; the caller keeps owning it. */
  record One(NDArray tensor) implements Arg {}

  /** Passed as {@code List[Tensor]}; not empty, the caller keeps owning its tensors. */
  record Many(List<NDArray> tensors) implements Arg {
    public Many {
      if (tensors.isEmpty()) {
        throw new IllegalArgumentException(
            "DJL cannot pass an empty list of tensors; give the method a form without it");
      }
    }
  }

  static Arg of(NDArray tensor) {
    return new One(tensor);
  }

  static Arg of(List<NDArray> tensors) {
    return new Many(tensors);
  }

  static Arg of(NDList tensors) {
    return new Many(tensors);
  }
}
