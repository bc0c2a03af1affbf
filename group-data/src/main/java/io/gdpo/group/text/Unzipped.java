package io.gdpo.group.text;

import io.gdpo.artifacts.source.Sources;
import io.gdpo.group.DatasetException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file that may be compressed by gzip, which its first two bytes tell whatever its
 * name is. Small files can stand for endless ones, so what comes out is bounded.
 */
final class Unzipped extends FilterInputStream {
  private static final int BUFFER = 1 << 16;

  private final Path file;
  private long bytes;

  private Unzipped(Path file, InputStream source) {
    super(source);
    this.file = file;
  }

  /**
   * Opens a file.
   *
   * @throws DatasetException if it says that it is gzip and is not; likewise when it is read, and
   *     if it ends too early or is longer than {@link Sources#MOST_BYTES}
   */
  static InputStream open(Path file) throws IOException {
    InputStream source = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      source.mark(2);
      boolean zipped = source.read() == 0x1F && source.read() == 0x8B;
      source.reset();
      return zipped ? new Unzipped(file, new GZIPInputStream(source, BUFFER)) : source;
    } catch (ZipException | EOFException e) {
      source.close();
      throw damaged(file, e);
    } catch (IOException e) {
      source.close();
      throw e;
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    int count = read(one, 0, 1);
    return count < 0 ? count : Byte.toUnsignedInt(one[0]);
  }

  @Override
  public int read(byte[] to, int offset, int length) throws IOException {
    try {
      int count = super.read(to, offset, length);
      bytes += Math.max(0, count);
      if (bytes > Sources.MOST_BYTES) {
        throw new DatasetException(
            String.format(
                Locale.ROOT,
                "%s is gzip of more than %,d bytes, the most that is read; split it",
                file,
                Sources.MOST_BYTES));
      }
      return count;
    } catch (EOFException e) {
      throw new DatasetException(file + " is gzip that ends too early; was it copied whole?", e);
    } catch (ZipException e) {
      throw damaged(file, e);
    }
  }

  private static DatasetException damaged(Path file, IOException e) {
    return new DatasetException(file + " begins as gzip but is none, or is damaged", e);
  }
}
