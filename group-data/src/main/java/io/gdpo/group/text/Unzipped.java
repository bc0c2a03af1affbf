package io.gdpo.group.text;

import io.airlift.compress.MalformedInputException;
import io.airlift.compress.zstd.ZstdInputStream;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.group.DatasetException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.Locale;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The bytes of a file that may be compressed by gzip or zstd, which its first bytes tell whatever
 * its name is. Small files can stand for endless ones, so what comes out is bounded.
 */
final class Unzipped extends FilterInputStream {
  private static final int BUFFER = 1 << 16;

  private static final int MAGIC = 4;
  private static final String GZIP = "1f8b";
  private static final String ZSTD = "28b52ffd";

  /** What its reader says of one that is cut. */
  private static final String END_OF_ZSTD = "Not enough input bytes";

  private final Path file;
  private final String format;
  private long bytes;

  private Unzipped(Path file, String format, InputStream source) {
    super(source);
    this.file = file;
    this.format = format;
  }

  /**
   * Opens a file.
   *
   * @throws DatasetException if it says that it is one of these and is not; likewise when it is
   *     read, and if it ends too early or is longer than {@link Sources#MOST_BYTES}
   */
  static InputStream open(Path file) throws IOException {
    InputStream source = new BufferedInputStream(Files.newInputStream(file), BUFFER);
    try {
      source.mark(MAGIC);
      String begin = HexFormat.of().formatHex(source.readNBytes(MAGIC));
      source.reset();
      return begin.startsWith(GZIP)
          ? new Unzipped(file, "gzip", new GZIPInputStream(source, BUFFER))
          : begin.equals(ZSTD) ? new Unzipped(file, "zstd", new ZstdInputStream(source)) : source;
    } catch (ZipException | EOFException e) {
      source.close();
      throw damaged(file, "gzip", e);
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
                "%s is %s of more than %,d bytes, the most that is read; split it",
                file,
                format,
                Sources.MOST_BYTES));
      }
      return count;
    } catch (EOFException e) {
      throw endsTooEarly(e);
    } catch (ZipException | MalformedInputException e) {
      throw damaged(file, format, e);
    } catch (IOException e) {
      if (END_OF_ZSTD.equals(e.getMessage())) {
        throw endsTooEarly(e);
      }
      throw e;
    }
  }

  private DatasetException endsTooEarly(IOException e) {
    return new DatasetException(
        file + " is " + format + " that ends too early; was it copied whole?", e);
  }

  private static DatasetException damaged(Path file, String format, Exception e) {
    return new DatasetException(file + " begins as " + format + " but is none, or is damaged", e);
  }
}
