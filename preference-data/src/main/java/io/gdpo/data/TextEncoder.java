package io.gdpo.data;

import io.gdpo.lm.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.LongStream;

/**
 * The texts of examples as tokens, each in its place: at the beginning of a sequence, or in the
 * middle of it, where a tokenizer's dummy blank ({@code ▁}, {@code add_prefix_space}) has nothing
 * to do. What is data stays data: the text of a special token inside it becomes ordinary tokens,
 * that of the end-of-sequence token is left out.
 *
 * <p>How a text is encoded in the middle is found by what the tokenizer does, not by what its file
 * says: it is encoded behind a mark, whose own tokens must stay what they are, and they are cut
 * off. A tokenizer that gives a text the same tokens alone needs no mark.
 *
 * <p>Arrays are shared and never changed. Several threads may use one encoder.
 */
final class TextEncoder {
  /**
   * Marks to encode behind; some tokenizer merges each of them with some text, so there are more.
   */
  private static final List<String> MARKS = List.of("\n", "\uE000", "\t", "~", "x");

  /** What pieces of examples begin with. */
  private static final List<String> PROBES = List.of("5", "<a", ">", "a", " a", "\"");

  /** Stands in a rendered text where what is data would hold a special token; no character. */
  private static final String CUT = "\uFDD0";

  private static final int REMEMBERED = 4096;

  /** In UTF-16 units: longer texts would fill the memory, and seldom come again. */
  private static final int LONGEST_REMEMBERED = 2_000;

  /** A text to encode behind, and its tokens. */
  private record Mark(String text, long[] ids) {}

  private final Tokenizer tokenizer;
  private final Map<Character, List<String>> specialTokens = new HashMap<>();
  private final List<Mark> marks = new ArrayList<>();
  private final boolean needsMark;
  private final Map<String, long[]> beginnings = memory();
  private final Map<String, long[]> middles = memory();
  private final Map<String, long[]> renderings = memory();

  /**
   * @param tokenizer stays its caller's
   * @throws PreferenceDataException if it has no way to encode a text in the middle of another
   */
  TextEncoder(Tokenizer tokenizer) {
    this.tokenizer = tokenizer;
    Set<String> special = new LinkedHashSet<>(tokenizer.specialTokens());
    special.add(tokenizer.endOfText().token());
    for (String text : special) {
      if (text.codePointCount(0, text.length()) > 1) {
        specialTokens.computeIfAbsent(text.charAt(0), c -> new ArrayList<>()).add(text);
      }
    }
    for (String text : MARKS) {
      Mark mark = new Mark(text, tokenizer.encode(text));
      if (mark.ids.length > 0 && PROBES.stream().allMatch(probe -> behind(mark, probe) != null)) {
        marks.add(mark);
      }
    }
    if (marks.isEmpty()) {
      throw new PreferenceDataException(
          "this tokenizer's tokens of a text in the middle of another cannot be told: it merges %s with what follows; use another tokenizer"
              .formatted(String.join(", ", MARKS.stream().map(TextEncoder::shown).toList())));
    }
    this.needsMark =
        PROBES.stream()
            .anyMatch(
                probe -> !Arrays.equals(tokenizer.encode(probe), behind(marks.get(0), probe)));
  }

  /** What was asked last: pairs of a question have the same prompt and the same few answers. */
  private static Map<String, long[]> memory() {
    return Collections.synchronizedMap(
        new LinkedHashMap<>(16, 0.75f, true) {
          private static final long serialVersionUID = 1L;

          @Override
          protected boolean removeEldestEntry(Map.Entry<String, long[]> eldest) {
            return size() > REMEMBERED;
          }
        });
  }

  /** The tokens of a text that begins a sequence, behind the tokenizer's BOS if it has one. */
  long[] beginning(String text) {
    return remembered(beginnings, text, this::encodeBeginning);
  }

  /** The tokens of a text that others stand before; none for an empty one. */
  long[] inPlace(String text) {
    return remembered(
        middles, text, t -> joined(parts(t).stream().map(this::middle).toArray(long[][]::new)));
  }

  /** What is data, to be put into a template: no special token's text is whole in it. */
  String guarded(String data) {
    return String.join(CUT, cut(data.replace(CUT, "")));
  }

  /** Whether a rendered text holds a special token that is the template's own. */
  boolean holdsSpecial(String rendered) {
    return cut(rendered).size() > 1;
  }

  /** The tokens of a rendered text that begins a sequence; its BOS is the template's affair. */
  long[] renderedBeginning(String rendered) {
    return remembered(
        renderings, rendered, text -> rendered(text, tokenizer.encode(text.split(CUT, 2)[0])));
  }

  /** The tokens of a rendered text behind others. */
  long[] rendered(String rendered) {
    return rendered(rendered, behindMark(rendered.split(CUT, 2)[0]));
  }

  private long[] rendered(String text, long[] first) {
    long[] ids = first;
    String[] parts = text.split(CUT, -1);
    for (int i = 1; i < parts.length; i++) {
      ids = joined(ids, behindMark(parts[i]));
    }
    return ids;
  }

  private static long[] remembered(
      Map<String, long[]> memory, String text, Function<String, long[]> encode) {
    long[] known = memory.get(text);
    if (known == null) {
      known = encode.apply(text);
      if (text.length() <= LONGEST_REMEMBERED) {
        memory.put(text, known);
      }
    }
    return known;
  }

  private long[] encodeBeginning(String text) {
    List<String> parts = parts(text);
    long[] ids = joined(tokenizer.bos(), withoutEos(tokenizer.encode(parts.get(0))));
    for (String part : parts.subList(1, parts.size())) {
      ids = joined(ids, middle(part));
    }
    return ids;
  }

  /** These tokens one behind the other. */
  static long[] joined(long[]... parts) {
    return Arrays.stream(parts).flatMapToLong(LongStream::of).toArray();
  }

  private long[] middle(String part) {
    return withoutEos(behindMark(part));
  }

  private long[] behindMark(String part) {
    if (!needsMark || part.isEmpty()) {
      return tokenizer.encode(part);
    }
    for (Mark mark : marks) {
      long[] ids = behind(mark, part);
      if (ids != null) {
        return ids;
      }
    }
    throw new PreferenceDataException(
        "the tokens of '%s' in the middle of a text cannot be told: the tokenizer merges it with each of %s before it; change how the text begins"
            .formatted(part, String.join(", ", marks.stream().map(m -> shown(m.text)).toList())));
  }

  /** The tokens of a text behind a mark; null if the mark's own are not the same there. */
  private long[] behind(Mark mark, String text) {
    long[] ids = tokenizer.encode(mark.text + text);
    int length = mark.ids.length;
    return ids.length > length && Arrays.equals(ids, 0, length, mark.ids, 0, length)
        ? Arrays.copyOfRange(ids, length, ids.length)
        : null;
  }

  /** The text without that of EOS, cut apart wherever it would hold another special token. */
  private List<String> parts(String text) {
    return cut(text.replace(tokenizer.endOfText().token(), ""));
  }

  private List<String> cut(String data) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int at = 0; at < data.length(); at++) {
      if (isSpecial(data, at)) {
        int cut = data.offsetByCodePoints(at, 1);
        parts.add(data.substring(from, cut));
        from = cut;
      }
    }
    parts.add(data.substring(from));
    return parts;
  }

  private boolean isSpecial(String text, int at) {
    for (String special : specialTokens.getOrDefault(text.charAt(at), List.of())) {
      if (text.startsWith(special, at)) {
        return true;
      }
    }
    return false;
  }

  /** A tokenizer may give EOS for other texts than its own; it must end neither run nor sample. */
  private long[] withoutEos(long[] ids) {
    long eos = tokenizer.eosTokenId();
    return LongStream.of(ids).anyMatch(id -> id == eos)
        ? LongStream.of(ids).filter(id -> id != eos).toArray()
        : ids;
  }

  private static String shown(String mark) {
    return String.format(Locale.ROOT, "U+%04X", (int) mark.charAt(0));
  }
}
