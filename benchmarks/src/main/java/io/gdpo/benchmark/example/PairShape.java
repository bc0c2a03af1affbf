package io.gdpo.benchmark.example;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Pairs of random tokens with the lengths and the structure of real ones. No two responses share
 * anything but, under one belief, that belief; real pairs of a prompt often share whole responses.
 *
 * @param promptShare of prompt and response together, in tokens
 * @param shortest prompt and longest response together, in tokens
 * @param longest likewise
 * @param pairsOfPrompt pairs that follow one another with the same prompt
 */
public record PairShape(double promptShare, int shortest, int longest, int pairsOfPrompt)
    implements ExampleSource {
  /** Ids of GPT-2's vocabulary. */
  private static final long[] DIGITS = {15, 16, 17, 18, 19, 20};

  private static final long OPEN = 27;
  private static final long CLOSE = 29;
  private static final long FIRST_WORD = 1000;

  @Override
  public ExampleFile examples(int count, long vocabulary) {
    SplittableRandom random = new SplittableRandom(17);
    List<PairTokens> pairs = new ArrayList<>(count);
    while (pairs.size() < count) {
      int total = random.nextInt(shortest, longest + 1);
      long[] prompt = words(random, (int) Math.round(total * promptShare), vocabulary);
      float[] target = target(random);
      for (int pair = 0; pair < pairsOfPrompt && pairs.size() < count; pair++) {
        pairs.add(pair(random, prompt, total - prompt.length, target, vocabulary));
      }
    }
    return new ExampleFile(DIGITS.clone(), pairs);
  }

  private static PairTokens pair(
      SplittableRandom random, long[] prompt, int room, float[] target, long vocabulary) {
    int chosenBelief = random.nextInt(DIGITS.length);
    int rejectedBelief = (chosenBelief + 1 + random.nextInt(DIGITS.length - 1)) % DIGITS.length;
    long[] belief = belief(random, chosenBelief, vocabulary);
    long[] otherBelief = belief(random, rejectedBelief, vocabulary);
    long[] chosen = words(random, response(random, room), vocabulary);
    long[] rejected = words(random, response(random, room), vocabulary);
    long end = vocabulary - 1;
    return new PairTokens(
        prompt,
        joined(belief, chosen, end),
        joined(otherBelief, rejected, end),
        joined(belief, rejected, end),
        belief.length - 1,
        target);
  }

  /** Three quarters of the room to all of it, less a belief and the end. */
  private static int response(SplittableRandom random, int room) {
    return Math.max(1, random.nextInt(room * 3 / 4, room + 1) - 8);
  }

  private static long[] belief(SplittableRandom random, int belief, long vocabulary) {
    long[] option = words(random, random.nextInt(1, 5), vocabulary);
    long[] tokens = new long[option.length + 3];
    tokens[0] = DIGITS[belief];
    tokens[1] = OPEN;
    System.arraycopy(option, 0, tokens, 2, option.length);
    tokens[tokens.length - 1] = CLOSE;
    return tokens;
  }

  private static long[] words(SplittableRandom random, int count, long vocabulary) {
    return random.longs(count, FIRST_WORD, vocabulary - 1).toArray();
  }

  private static long[] joined(long[] belief, long[] response, long end) {
    long[] tokens = new long[belief.length + response.length + 1];
    System.arraycopy(belief, 0, tokens, 0, belief.length);
    System.arraycopy(response, 0, tokens, belief.length, response.length);
    tokens[tokens.length - 1] = end;
    return tokens;
  }

  private static float[] target(SplittableRandom random) {
    float[] target = new float[DIGITS.length];
    float sum = 0;
    for (int belief = 0; belief < target.length; belief++) {
      target[belief] = 0.1f + (float) random.nextDouble();
      sum += target[belief];
    }
    for (int belief = 0; belief < target.length; belief++) {
      target[belief] /= sum;
    }
    return target;
  }
}
