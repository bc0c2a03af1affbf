package io.gdpo.group.build;

import io.gdpo.group.text.WordSketch;
import java.util.Arrays;

/**
 * Different prompts of a split, of which it can be told how many have nearly the words of one of
 * another split. Keeps 32 bytes of each. What it tells is an estimate ({@link WordSketch}).
 */
final class NearPrompts {
  /** The share of words in common from which on two prompts are near. */
  static final double NEAR = 0.8;

  private int[] bands = new int[WordSketch.BANDS * 64];
  private int prompts;

  void add(String prompt) {
    int end = (prompts + 1) * WordSketch.BANDS;
    if (end > bands.length) {
      bands = Arrays.copyOf(bands, bands.length * 2);
    }
    System.arraycopy(WordSketch.of(prompt), 0, bands, end - WordSketch.BANDS, WordSketch.BANDS);
    prompts++;
  }

  /** How many of these are near one of the others, or are one of them. */
  long near(NearPrompts others) {
    boolean[] near = new boolean[prompts];
    for (int band = 0; band < WordSketch.BANDS; band++) {
      long[] index = others.index(band);
      for (int prompt = 0; prompt < prompts; prompt++) {
        near[prompt] = near[prompt] || isNear(prompt, band, others, index);
      }
    }
    long count = 0;
    for (boolean each : near) {
      count += each ? 1 : 0;
    }
    return count;
  }

  /** The prompts by a band: its value in the upper half, the prompt's number in the lower. */
  private long[] index(int band) {
    long[] index = new long[prompts];
    for (int prompt = 0; prompt < prompts; prompt++) {
      index[prompt] = (long) bands[prompt * WordSketch.BANDS + band] << Integer.SIZE | prompt;
    }
    Arrays.sort(index);
    return index;
  }

  private boolean isNear(int prompt, int band, NearPrompts others, long[] index) {
    int at = prompt * WordSketch.BANDS;
    long first = (long) bands[at + band] << Integer.SIZE;
    int from = Arrays.binarySearch(index, first);
    for (int i = from < 0 ? -from - 1 : from;
        i < index.length && index[i] >>> Integer.SIZE == first >>> Integer.SIZE;
        i++) {
      if (WordSketch.likeness(bands, at, others.bands, (int) index[i] * WordSketch.BANDS) >= NEAR) {
        return true;
      }
    }
    return false;
  }
}
