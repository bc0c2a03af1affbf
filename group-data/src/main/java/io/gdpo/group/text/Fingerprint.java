package io.gdpo.group.text;

import io.gdpo.artifacts.Digests;
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
