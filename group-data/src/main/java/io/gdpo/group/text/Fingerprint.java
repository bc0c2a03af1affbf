package io.gdpo.group.text;

import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.data.PreferenceExample;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Stands for a text, or for numbers, where only sameness counts, in 16 bytes whatever the text's
 * length: half of its SHA-256.
 */
public record Fingerprint(long first, long second) {

  public static Fingerprint of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** Of a question as it was asked of a group. */
  public static Fingerprint of(PreferenceExample.Asked asked) {
    return of(asked.group() + "\n" + asked.questionId());
  }

  /** Of numbers, which are the same if their bits are. */
  public static Fingerprint of(List<Double> numbers) {
    ByteBuffer bytes = ByteBuffer.allocate(numbers.size() * Double.BYTES);
    numbers.forEach(bytes::putDouble);
    return of(bytes.array());
  }

  private static Fingerprint of(byte[] bytes) {
    ByteBuffer hash = ByteBuffer.wrap(Digests.sha256().digest(bytes));
    return new Fingerprint(hash.getLong(), hash.getLong());
  }
}
