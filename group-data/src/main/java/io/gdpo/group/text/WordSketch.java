package io.gdpo.group.text;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Stands for the set of a text's words in 32 bytes, whatever the text's length, so that the share
 * of words that two texts have in common (Jaccard: common over all) can be told without them. Case,
 * punctuation and order do not count.
 *
 * <p>MinHash (Broder 1997): for each of {@value #HASHES} hash functions the smallest value of any
 * word, of which the last byte is kept (Li and König 2010). Four of them are a band: texts that are
 * near have a whole band in common, mostly, so that they are found without comparing all with all.
 */
public final class WordSketch {
  /** Bands, each an int. */
  public static final int BANDS = 8;

  static final int HASHES = BANDS * Integer.BYTES;

  private static final Pattern WORD = Pattern.compile("[\\p{L}\\p{N}]+");
  private static final long[] FACTORS = new Random(1997).longs(HASHES).map(l -> l | 1).toArray();

  private WordSketch() {}

  /** The bands of a text; all texts without a word have the same. */
  public static int[] of(String text) {
    Set<Integer> words = new HashSet<>();
    Matcher word = WORD.matcher(text.toLowerCase(Locale.ROOT));
    while (word.find()) {
      words.add(word.group().hashCode());
    }
    int[] minima = new int[HASHES];
    Arrays.fill(minima, Integer.MAX_VALUE);
    for (int hash : words) {
      long spread = hash * 0x9E3779B97F4A7C15L;
      spread ^= spread >>> 29;
      for (int i = 0; i < HASHES; i++) {
        minima[i] = Math.min(minima[i], (int) (spread * FACTORS[i] >>> 32));
      }
    }
    int[] bands = new int[BANDS];
    for (int i = 0; i < HASHES; i++) {
      int band = i / Integer.BYTES;
      bands[band] = bands[band] << Byte.SIZE | minima[i] & 0xFF;
    }
    return bands;
  }

  /**
   * The share of words that two texts have in common, as far as their sketches tell.
   *
   * @param one bands, from {@code at} on
   * @param other bands, from {@code otherAt} on
   */
  public static double likeness(int[] one, int at, int[] other, int otherAt) {
    int same = 0;
    for (int band = 0; band < BANDS; band++) {
      int difference = one[at + band] ^ other[otherAt + band];
      for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
        same += (difference >>> shift & 0xFF) == 0 ? 1 : 0;
      }
    }
    return (double) same / HASHES;
  }
}
