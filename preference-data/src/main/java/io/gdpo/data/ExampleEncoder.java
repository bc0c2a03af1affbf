package io.gdpo.data;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Turns preference examples into token ids, cut to what a model can take. Its pieces are encoded
 * apart and joined, so that no token spans two of them, whatever the tokenizer merges:
 *
 * <pre>
 * BOS {context}&lt;Q&gt;{prompt}&lt;A&gt; | digit | &lt;option | &gt; | words | EOS
 * </pre>
 *
 * <p>So a belief has the same tokens whatever words follow it, both sides of a belief-conditioned
 * pair begin to count at the same token, and the closing {@code >} carries nothing of its
 * neighbours. The prompt is encoded as a text's beginning, the other pieces in their place, without
 * the blank that some tokenizers put in front of a text ({@link TextEncoder}). BOS is what the
 * tokenizer itself puts in front of a text, if anything ({@link Tokenizer#bos}).
 *
 * <p>A prompt keeps its first {@code maxPromptLength} tokens, BOS among them, whatever follows it,
 * so that pairs with one prompt share its tokens. Where prompt and longest response together still
 * exceed {@code maxLength}, each response keeps its first {@code maxLength - maxPromptLength}
 * tokens (a cut response has no EOS). The text of the EOS token inside the data is left out: it
 * must end neither a run nor a sample.
 *
 * <p>The tokenizer stays its caller's to close. Several threads may use one encoder.
 */
public final class ExampleEncoder {
  private final TextEncoder texts;
  private final int maxLength;
  private final int maxPromptLength;
  private final long[] bos;
  private final String bosText;
  private final long[] eos;
  private final long[][] digits;
  private final long[] close;

  /**
   * @param maxLength longest prompt and response together, in tokens
   * @param maxPromptLength longest prompt, in tokens
   * @throws PreferenceDataException if the lengths leave no room, or a belief digit is not one
   *     token of its own
   */
  public ExampleEncoder(Tokenizer tokenizer, int maxLength, int maxPromptLength) {
    if (maxPromptLength < 1 || maxPromptLength >= maxLength) {
      throw new PreferenceDataException(
          "max_prompt_length must be at least 1 and leave room for a response in max_length ("
              + maxLength
              + "), is "
              + maxPromptLength);
    }
    this.texts = new TextEncoder(tokenizer);
    this.maxLength = maxLength;
    this.maxPromptLength = maxPromptLength;
    this.bos = tokenizer.bos();
    this.bosText = tokenizer.decode(bos);
    this.eos = new long[] {tokenizer.eosTokenId()};
    this.digits = digits(texts);
    this.close = texts.inPlace(OpinionTemplate.CLOSE);
  }

  private static long[][] digits(TextEncoder texts) {
    long[][] digits = new long[BeliefClass.COUNT][];
    Set<Long> different = new HashSet<>();
    for (int belief = 0; belief < digits.length; belief++) {
      digits[belief] = texts.inPlace(OpinionTemplate.digit(belief));
      if (digits[belief].length != 1 || !different.add(digits[belief][0])) {
        throw new PreferenceDataException(
            String.format(
                Locale.ROOT,
                "belief digit %d is not one token of its own where a response begins, but %s: use a tokenizer that has a token for each digit",
                belief,
                Arrays.toString(digits[belief])));
      }
    }
    return digits;
  }

  /** Token ids of the belief digits, indexed by belief class. */
  public long[] beliefTokenIds() {
    return TextEncoder.joined(digits);
  }

  /** The id that ends a response. */
  public long eosTokenId() {
    return eos[0];
  }

  /** What every prompt begins with, for people: {@code <s> (id 1)}; empty if with nothing. */
  public Optional<String> bos() {
    return bos.length == 0
        ? Optional.empty()
        : Optional.of(
            "%s (id %s)"
                .formatted(
                    bosText,
                    LongStream.of(bos).mapToObj(Long::toString).collect(Collectors.joining(", "))));
  }

  /** The ids of an example's prompt alone, as {@link #encode} gives them. */
  public long[] encodePrompt(PreferenceExample example) {
    return cut(promptTokens(example), maxPromptLength);
  }

  private long[] promptTokens(PreferenceExample example) {
    return texts.beginning(OpinionTemplate.prompt(example));
  }

  /**
   * The ids of an example's prompt and responses.
   *
   * @throws PreferenceDataException if cutting would cut the belief itself
   */
  public EncodedExample encode(PreferenceExample example) {
    long[] wholePrompt = promptTokens(example);
    long[] prompt = cut(wholePrompt, maxPromptLength);
    long[] acceptDigit =
        digits[OpinionTemplate.belief(example.acceptChoiceId(), example.acceptChoice())];
    long[] option = texts.inPlace(OpinionTemplate.opened(example.acceptChoice()));
    BeliefTokens belief = new BeliefTokens(0, 1 + option.length, 1 + option.length + close.length);
    long[] rejectedWords = texts.inPlace(example.rejectResponse());
    long[] chosen = response(acceptDigit, option, texts.inPlace(example.acceptResponse()));
    long[] rejected =
        response(
            digits[OpinionTemplate.belief(example.rejectChoiceId(), example.rejectChoice())],
            texts.inPlace(OpinionTemplate.opened(example.rejectChoice())),
            rejectedWords);
    long[] underBelief = response(acceptDigit, option, rejectedWords);

    int longest = Math.max(chosen.length, Math.max(rejected.length, underBelief.length));
    boolean promptCut = prompt.length < wholePrompt.length;
    boolean responseCut = prompt.length + longest > maxLength;
    if (responseCut) {
      int room = maxLength - maxPromptLength;
      if (belief.words() > room) {
        throw new PreferenceDataException(
            String.format(
                Locale.ROOT,
                "question '%s': the belief '%s' needs %d tokens, but max_length %d less max_prompt_length %d leaves %d for the response; lower max_prompt_length or raise max_length",
                example.questionId(),
                example.acceptChoice(),
                belief.words(),
                maxLength,
                maxPromptLength,
                room));
      }
      chosen = cut(chosen, room);
      rejected = cut(rejected, room);
      underBelief = cut(underBelief, room);
    }
    return new EncodedExample(
        prompt, chosen, rejected, underBelief, belief, promptCut, responseCut);
  }

  private long[] response(long[] digit, long[] option, long[] words) {
    return TextEncoder.joined(digit, option, close, words, eos);
  }

  private static long[] cut(long[] ids, int length) {
    return ids.length <= length ? ids : Arrays.copyOf(ids, length);
  }
}
