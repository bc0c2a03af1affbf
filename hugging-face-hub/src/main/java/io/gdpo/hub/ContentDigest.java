package io.gdpo.hub;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/**
 * Checks content against its etag: 64 hexadecimal digits are the SHA-256 of the bytes (Git LFS), 40
 * are git's blob id, the SHA-1 of {@code "blob SIZE\0"} and the bytes. Other etags, which mirrors
 * may send, say nothing about the content.
 */
final class ContentDigest {
  private final String expected;
  private final Optional<MessageDigest> digest;

  private ContentDigest(String expected, Optional<MessageDigest> digest) {
    this.expected = expected;
    this.digest = digest;
  }

  static ContentDigest of(HubFile file) {
    if (file.etag().matches("[0-9a-f]{64}")) {
      return new ContentDigest(file.etag(), Optional.of(algorithm("SHA-256")));
    }
    if (file.etag().matches("[0-9a-f]{40}")) {
      MessageDigest git = algorithm("SHA-1");
      git.update(("blob " + file.size() + "\0").getBytes(StandardCharsets.US_ASCII));
      return new ContentDigest(file.etag(), Optional.of(git));
    }
    return new ContentDigest(file.etag(), Optional.empty());
  }

  private static MessageDigest algorithm(String name) {
    try {
      return MessageDigest.getInstance(name);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has " + name, e);
    }
  }

  /** Takes in what remains in the buffer, and leaves its position alone. */
  void update(ByteBuffer bytes) {
    digest.ifPresent(d -> d.update(bytes.duplicate()));
  }

  /** What was found where the etag says otherwise; empty if they agree, or nothing can be said. */
  Optional<String> otherThanExpected() {
    return digest
        .map(d -> HexFormat.of().formatHex(d.digest()))
        .filter(found -> !found.equals(expected));
  }
}
