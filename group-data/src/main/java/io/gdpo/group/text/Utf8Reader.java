package io.gdpo.group.text;

import io.gdpo.group.DatasetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Reader;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.stream.IntStream;

/**
 * Reads a file, compressed by gzip, by zstd or not, as UTF-8: a byte order mark in front is
 * skipped, what is no UTF-8 is told with its line. Halves of surrogate pairs, which some programs
 * write, come through, so that whoever knows the row can refuse only that ({@link Characters}).
 */
public final class Utf8Reader extends Reader {
  private static final int BUFFER = 1 << 16;
  private static final int SURROGATE_BYTES = 3;

  private static final String ZIP = "PK\u0003\u0004";
  private static final String PARQUET = "PAR1";
  private static final String TAR = "ustar";
  private static final int TAR_AT = 257;

  private final Path file;
  private final InputStream source;
  private final ByteBuffer bytes = ByteBuffer.allocate(BUFFER).limit(0);
  private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
  private boolean ended;
  private long line = 1;

  private Utf8Reader(Path file, InputStream source) {
    this.file = file;
    this.source = source;
  }

  /**
   * Opens a file behind its byte order mark, if it has one.
   *
   * @throws DatasetException if the mark is the one of another encoding, or the file is an archive,
   *     Parquet, or damaged gzip or zstd
   */
  public static Utf8Reader open(Path file) throws IOException {
    Utf8Reader reader = new Utf8Reader(file, Unzipped.open(file));
    try {
      reader.skipMark();
      reader.requireText();
      return reader;
    } catch (IOException | RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private void skipMark() throws IOException {
    while (!ended && bytes.remaining() <= TAR_AT + TAR.length()) {
      fill();
    }
    int first = at(0);
    int second = at(1);
    if (first == 0xEF && second == 0xBB && at(2) == 0xBF) {
      bytes.position(3);
    } else if ((first == 0xFF && second == 0xFE) || (first == 0xFE && second == 0xFF)) {
      throw new DatasetException(file + " is UTF-16 text; save it as UTF-8");
    }
  }

  /** What people give instead: it would be told as text that is wrong somewhere. */
  private void requireText() {
    if (begins(0, ZIP)) {
      throw new DatasetException(file + " is a ZIP archive; unpack it and give the file inside");
    }
    if (begins(TAR_AT, TAR)) {
      throw new DatasetException(file + " is a tar archive; unpack it and give the file inside");
    }
    if (begins(0, PARQUET)) {
      throw new DatasetException(
          file + " is Parquet; call it .parquet if it holds examples (a survey is a CSV)");
    }
  }

  private boolean begins(int offset, String mark) {
    return IntStream.range(0, mark.length()).allMatch(i -> at(offset + i) == mark.charAt(i));
  }

  /** A byte that is yet to be read; -1 if there is none. */
  private int at(int offset) {
    int index = bytes.position() + offset;
    return index < bytes.limit() ? Byte.toUnsignedInt(bytes.get(index)) : -1;
  }

  /**
   * @param length at least 2, room for a pair of surrogates
   */
  @Override
  public int read(char[] chars, int offset, int length) throws IOException {
    CharBuffer to = CharBuffer.wrap(chars, offset, length);
    while (true) {
      CoderResult result = decoder.decode(bytes, to, ended);
      if (result.isError() && isHalfPair()) {
        if (!to.hasRemaining()) {
          return counted(chars, offset, to);
        }
        to.put((char) ((at(0) & 0xF) << 12 | (at(1) & 0x3F) << 6 | at(2) & 0x3F));
        bytes.position(bytes.position() + SURROGATE_BYTES);
      } else if (result.isError()) {
        counted(chars, offset, to);
        throw new DatasetException(
            file + ", line " + line + " is not UTF-8 text; save the file as UTF-8");
      } else if (to.position() > offset || result.isOverflow()) {
        return counted(chars, offset, to);
      } else if (ended) {
        return -1;
      } else {
        fill();
      }
    }
  }

  private boolean isHalfPair() {
    return at(0) == 0xED && at(1) >= 0xA0 && at(1) <= 0xBF && at(2) >= 0x80 && at(2) <= 0xBF;
  }

  private int counted(char[] chars, int offset, CharBuffer to) {
    for (int i = offset; i < to.position(); i++) {
      line += chars[i] == '\n' ? 1 : 0;
    }
    return to.position() - offset;
  }

  private void fill() throws IOException {
    bytes.compact();
    do {
      int read = source.read(bytes.array(), bytes.position(), bytes.remaining());
      if (read < 0) {
        ended = true;
        break;
      }
      bytes.position(bytes.position() + read);
    } while (bytes.position() < SURROGATE_BYTES);
    bytes.flip();
  }

  @Override
  public void close() throws IOException {
    source.close();
  }
}
