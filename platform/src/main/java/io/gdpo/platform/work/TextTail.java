package io.gdpo.platform.work;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/** Reads the last lines of a file that may be long and still growing. */
public final class TextTail {
  private TextTail() {}

  /**
   * The last lines within the last {@code maxBytes} of the file; empty if there is no such file. A
   * first line that lies only partly within those bytes is left out.
   */
  public static List<String> of(Path file, int maxLines, int maxBytes) throws IOException {
    byte[] bytes;
    long from;
    try {
      from = Math.max(0, Files.size(file) - maxBytes);
      bytes = bytes(file, from, maxBytes);
    } catch (NoSuchFileException none) {
      return List.of();
    }
    List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    int skipped = Math.max(from == 0 || lines.isEmpty() ? 0 : 1, lines.size() - maxLines);
    return lines.subList(skipped, lines.size());
  }

  /** At most so many bytes of a file from a place on; none from its end on. */
  private static byte[] bytes(Path file, long from, int most) throws IOException {
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      ByteBuffer buffer =
          ByteBuffer.allocate((int) Math.min(most, Math.max(0, channel.size() - from)));
      channel.position(from);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // a channel may give less than asked for
      }
      byte[] bytes = new byte[buffer.position()];
      buffer.flip().get(bytes);
      return bytes;
    }
  }
}
