package io.gdpo.artifacts.process;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Lines that a process tells while it works, in numbered files {@code 000001.jsonl}, {@code
 * 000002.jsonl}, ...: whole when they are seen, and never changed, so that every store can keep
 * them and a reader needs to remember only a number. {@link PieceWriter} writes them.
 *
 * @param store of the folder
 * @param folder where they lie
 */
public record Pieces(ArtifactStore store, URI folder) {
  /** Bytes of a piece that are read. */
  private static final int LARGEST = 4 << 20;

  private static final Pattern NAME = Pattern.compile("\\d{6}\\.jsonl");

  /**
   * What stands in one of them.
   *
   * @param number from 1 on
   */
  public record Piece(long number, String text) {
    public List<String> lines() {
      return text.lines().toList();
    }
  }

  /** Those in this folder, which may not be there yet. */
  public static Pieces at(URI folder) {
    return new Pieces(Artifacts.at(folder), folder);
  }

  /**
   * The numbers of those behind a number, in order.
   *
   * @param after 0 for all
   */
  public List<Long> numbersAfter(long after) {
    return store.list(folder, after == 0 ? "" : name(after)).stream()
        .filter(name -> NAME.matcher(name).matches())
        .map(name -> Long.valueOf(name.substring(0, name.indexOf('.'))))
        .toList();
  }

  /**
   * One of them.
   *
   * @throws java.io.UncheckedIOException if it cannot be read
   * @throws ArtifactMissingException if there is none of this number
   */
  public Piece read(long number) {
    URI piece = URI.create(folder.toString().replaceFirst("/$", "") + "/" + name(number));
    return new Piece(number, new String(store.read(piece, LARGEST), StandardCharsets.UTF_8));
  }

  static String name(long number) {
    return String.format(Locale.ROOT, "%06d.jsonl", number);
  }
}
