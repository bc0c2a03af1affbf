package io.gdpo.training.model;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** Digests of models, each read once: hashing a large model takes longer than loading it. */
public final class ModelDigests {
  private final Map<ModelSource, String> known = new HashMap<>();

  /** {@link ModelSource#digest}. */
  public String of(ModelSource source) throws IOException {
    String digest = known.get(source);
    if (digest == null) {
      digest = source.digest();
      known.put(source, digest);
    }
    return digest;
  }
}
