package io.gdpo.data;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.Opinion;
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
 * <p>Of data without beliefs prompt and response are two such pieces, as they are, or as the
 * tokenizer's chat template has them, if its files say so ({@link Tokenizer#chatTemplate}).
 *
 * <p>A prompt keeps its first {@code maxPromptLength} tokens, BOS among them, whatever follows it,
 * so that pairs with one prompt share its tokens; without beliefs BOS and its last ones. Where
 * prompt and longest response together still exceed {@code maxLength}, each response keeps its
 * first {@code maxLength - maxPromptLength} tokens (a cut response has no EOS). The text of the EOS
 * token inside the data is left out: it must end neither a run nor a sample.
 *
 * <p>The tokenizer stays its caller's to close. Several threads may use one encoder.
 */
public final class ExampleEncoder {
  private static final BeliefTokens NO_BELIEF = new BeliefTokens(0, 0, 0);

  private final TextEncoder texts;
  private final int maxLength;
  private final int maxPromptLength;
  private final long[] bos;
  private final String bosText;
  private final long[] eos;
  private final long[] close;
  private final Optional<ChatEncoder> chat;
  private volatile long[][] digits;

  /**
   * @param maxLength longest prompt and response together, in tokens
   * @param maxPromptLength longest prompt, in tokens
   * @throws PreferenceDataException if the lengths leave no room
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
    this.close = texts.inPlace(OpinionTemplate.CLOSE);
    this.chat = tokenizer.chatTemplate().map(template -> new ChatEncoder(template, texts, eos));
  }

  /** Found when they are first needed: data without beliefs needs none. */
  private long[][] digits() {
    long[][] known = digits;
    if (known == null) {
      known = digits(texts);
      digits = known;
    }
    return known;
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

  /**
   * Token ids of the belief digits, indexed by belief class.
   *
   * @throws PreferenceDataException if a belief digit is not one token of its own
   */
  public long[] beliefTokenIds() {
    return TextEncoder.joined(digits());
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

  /** Where the chat template stands that data without beliefs is written by; empty if plain. */
  public Optional<String> chatTemplate() {
    return chat.map(ChatEncoder::source);
  }

  /** The ids of an example's prompt alone, as {@link #encode} gives them. */
  public long[] encodePrompt(PreferenceExample example) {
    return promptWithin(example, promptTokens(example));
  }

  private long[] promptTokens(PreferenceExample example) {
    if (chat.isPresent() && !example.hasBeliefs()) {
      return chat.get().prompt(example);
    }
    return texts.beginning(ExampleText.prompt(example));
  }

  /**
   * The ids of an example's prompt and responses.
   *
   * @throws PreferenceDataException if cutting would cut the belief itself, or a belief digit is
   *     not one token of its own
   */
  public EncodedExample encode(PreferenceExample example) {
    return example.hasBeliefs() ? opinion(example) : plain(example);
  }

  private EncodedExample plain(PreferenceExample example) {
    long[] rejected = plain(example, example.rejected());
    return cut(example, plain(example, example.chosen()), rejected, rejected, NO_BELIEF);
  }

  private long[] plain(PreferenceExample example, String response) {
    if (chat.isPresent()) {
      return chat.get().response(example, response);
    }
    return response == null ? new long[0] : TextEncoder.joined(texts.inPlace(response), eos);
  }

  private EncodedExample opinion(PreferenceExample example) {
    Opinion.Belief chosenBelief = example.opinion().chosen();
    Opinion.Belief rejectedBelief = example.opinion().rejected();
    long[] digit = digit(chosenBelief);
    long[] option = option(chosenBelief);
    long[] closed = TextEncoder.joined(option, close(chosenBelief));
    BeliefTokens belief = new BeliefTokens(0, 1 + option.length, 1 + closed.length);
    long[] rejectedWords = texts.inPlace(example.rejected());
    return cut(
        example,
        TextEncoder.joined(digit, closed, texts.inPlace(example.chosen()), eos),
        TextEncoder.joined(
            digit(rejectedBelief),
            option(rejectedBelief),
            close(rejectedBelief),
            rejectedWords,
            eos),
        TextEncoder.joined(digit, closed, rejectedWords, eos),
        belief);
  }

  /** None of a review's rating. */
  private long[] option(Opinion.Belief belief) {
    return belief.option().isEmpty()
        ? new long[0]
        : texts.inPlace(OpinionTemplate.opened(belief.option()));
  }

  private long[] close(Opinion.Belief belief) {
    return belief.option().isEmpty() ? new long[0] : close;
  }

  private EncodedExample cut(
      PreferenceExample example,
      long[] chosen,
      long[] rejected,
      long[] underBelief,
      BeliefTokens belief) {
    long[] wholePrompt = promptTokens(example);
    long[] prompt = promptWithin(example, wholePrompt);
    int longest = Math.max(chosen.length, Math.max(rejected.length, underBelief.length));
    boolean promptCut = prompt.length < wholePrompt.length;
    boolean responseCut = prompt.length + longest > maxLength;
    if (!responseCut) {
      return new EncodedExample(prompt, chosen, rejected, underBelief, belief, promptCut, false);
    }
    int room = maxLength - maxPromptLength;
    if (belief.words() > room) {
      throw new PreferenceDataException(
          String.format(
              Locale.ROOT,
              "question '%s': the belief '%s' needs %d tokens, but max_length %d less max_prompt_length %d leaves %d for the response; lower max_prompt_length or raise max_length",
              example.questionId(),
              example.opinion().chosen().option(),
              belief.words(),
              maxLength,
              maxPromptLength,
              room));
    }
    return new EncodedExample(
        prompt,
        cut(chosen, room),
        cut(rejected, room),
        cut(underBelief, room),
        belief,
        promptCut,
        true);
  }

  /** Of a dialogue the end is kept: what is answered stands there. */
  private long[] promptWithin(PreferenceExample example, long[] whole) {
    if (whole.length <= maxPromptLength || example.hasBeliefs()) {
      return cut(whole, maxPromptLength);
    }
    int begin = beginsWithBos(whole) ? Math.min(bos.length, maxPromptLength) : 0;
    int end = maxPromptLength - begin;
    return TextEncoder.joined(
        Arrays.copyOf(whole, begin), Arrays.copyOfRange(whole, whole.length - end, whole.length));
  }

  /** A chat template may put none there. */
  private boolean beginsWithBos(long[] whole) {
    return whole.length >= bos.length && Arrays.equals(whole, 0, bos.length, bos, 0, bos.length);
  }

  private long[] digit(Opinion.Belief belief) {
    return digits()[OpinionTemplate.belief(belief.number(), belief.option())];
  }

  private static long[] cut(long[] ids, int length) {
    return ids.length <= length ? ids : Arrays.copyOf(ids, length);
  }
}
