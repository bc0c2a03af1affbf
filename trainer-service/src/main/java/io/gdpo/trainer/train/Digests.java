package io.gdpo.trainer.train;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;

/** SHA-256 digests, hexadecimal: by them a run knows its own files and inputs again. */
final class Digests {
  private static final int BUFFER = 1 << 20;

  private Digests() {}

  /** Of a file's content. */
  static String ofFile(Path file) throws IOException {
    MessageDigest digest = sha256();
    try (InputStream in = Files.newInputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of texts, in order. */
  static String ofTexts(List<String> texts) {
    MessageDigest digest = sha256();
    for (String text : texts) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
      digest.update(bytes);
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** Of examples as training sees them: tokens, belief spans and targets. */
  static String ofExamples(List<TrainingExample> examples) {
    MessageDigest digest = sha256();
    for (TrainingExample example : examples) {
      update(digest, example.tokens().prompt());
      update(digest, example.tokens().chosen());
      update(digest, example.tokens().rejected());
      update(digest, example.tokens().rejectedUnderBelief());
      ByteBuffer rest =
          ByteBuffer.allocate((3 + example.target().length) * Integer.BYTES)
              .putInt(example.tokens().belief().first())
              .putInt(example.tokens().belief().close())
              .putInt(example.tokens().belief().words());
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

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
