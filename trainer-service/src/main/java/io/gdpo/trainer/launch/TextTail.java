package io.gdpo.trainer.launch;

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
    boolean whole;
    try (SeekableByteChannel channel = Files.newByteChannel(file)) {
      long from = Math.max(0, channel.size() - maxBytes);
      whole = from == 0;
      ByteBuffer buffer = ByteBuffer.allocate((int) (channel.size() - from));
      channel.position(from);
      while (buffer.hasRemaining() && channel.read(buffer) >= 0) {
        // a channel may give less than asked for
      }
      bytes = new byte[buffer.position()];
      buffer.flip().get(bytes);
    } catch (NoSuchFileException none) {
      return List.of();
    }
    List<String> lines = new String(bytes, StandardCharsets.UTF_8).lines().toList();
    int skipped = Math.max(whole || lines.isEmpty() ? 0 : 1, lines.size() - maxLines);
    return lines.subList(skipped, lines.size());
  }
}
