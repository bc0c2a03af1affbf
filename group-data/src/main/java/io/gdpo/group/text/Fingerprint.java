package io.gdpo.group.text;

import io.gdpo.artifacts.Digests;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Stands for a text where only sameness counts, in 16 bytes whatever the text's length: half of its
 * SHA-256.
 */
public record Fingerprint(long first, long second) {

  public static Fingerprint of(String text) {
    ByteBuffer hash =
        ByteBuffer.wrap(Digests.sha256().digest(text.getBytes(StandardCharsets.UTF_8)));
    return new Fingerprint(hash.getLong(), hash.getLong());
  }
}
