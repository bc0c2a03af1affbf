package io.gdpo.training.batch;

import io.gdpo.artifacts.Digests;
import io.gdpo.data.BeliefTokens;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.function.ToIntFunction;

/** By the SHA-256 of its examples a run knows its data again. */
public final class ExampleDigest {
  private ExampleDigest() {}

  /** Of examples as training sees them: tokens, belief spans, targets and votes. */
  public static String of(List<TrainingExample> examples) {
    return of(examples, BeliefTokens::words);
  }

  /** The same, as the version before wrote it, which did not count the belief's closing mark. */
  public static String ofVersionBefore(List<TrainingExample> examples) {
    return of(examples, BeliefTokens::close);
  }

  private static String of(List<TrainingExample> examples, ToIntFunction<BeliefTokens> last) {
    MessageDigest digest = Digests.sha256();
    for (TrainingExample example : examples) {
      update(digest, example.tokens().prompt());
      update(digest, example.tokens().chosen());
      update(digest, example.tokens().rejected());
      update(digest, example.tokens().rejectedUnderBelief());
      ByteBuffer rest =
          ByteBuffer.allocate((3 + example.target().length) * Integer.BYTES)
              .putInt(example.tokens().belief().first())
              .putInt(example.tokens().belief().close())
              .putInt(last.applyAsInt(example.tokens().belief()));
      if (example.target().length == 0 && !Float.isNaN(example.share())) {
        digest.update(ByteBuffer.allocate(Float.BYTES).putFloat(example.share()).flip());
      }
      for (float probability : example.target()) {
        rest.putFloat(probability);
      }
      digest.update(rest.flip());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  private static void update(MessageDigest digest, long[] ids) {
    ByteBuffer bytes = ByteBuffer.allocate((ids.length + 1) * Long.BYTES).putLong(ids.length);
    for (long id : ids) {
      bytes.putLong(id);
    }
    digest.update(bytes.flip());
  }
}
