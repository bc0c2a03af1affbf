package io.gdpo.data;

import io.gdpo.contracts.data.BeliefClass;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.lm.TokenSequence;
import io.gdpo.lm.Tokenizer;
import java.util.Arrays;
import java.util.OptionalLong;

/**
 * Turns preference examples into token ids, cut to what a model can take, with the belief segment
 * found through token offsets. Keeps no state besides its settings; the tokenizer stays its
 * caller's to close.
 *
 * <p>A prompt keeps its first {@code maxPromptLength} tokens, whatever follows it, so that pairs
 * with one prompt share its tokens. Where prompt and longest response together still exceed {@code
 * maxLength}, each response keeps its first {@code maxLength - maxPromptLength} tokens (a cut
 * response has no EOS). The text of the EOS token inside the data is left out: it must end neither
 * a run nor a sample.
 */
public final class ExampleEncoder {
  private final Tokenizer tokenizer;
  private final int maxLength;
  private final int maxPromptLength;
  private final long eos;
  private final long[] beliefTokenIds;

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
    this.tokenizer = tokenizer;
    this.maxLength = maxLength;
    this.maxPromptLength = maxPromptLength;
    this.eos = tokenizer.eosTokenId();
    this.beliefTokenIds = digits(tokenizer);
  }

  private static long[] digits(Tokenizer tokenizer) {
    long[] ids = new long[BeliefClass.COUNT];
    for (int belief = 0; belief < BeliefClass.COUNT; belief++) {
      OptionalLong id = tokenizer.tokenId(Integer.toString(belief));
      long[] inPlace = tokenizer.encode(OpinionTemplate.response(belief, "Agree", "")).ids();
      if (id.isEmpty() || inPlace[0] != id.getAsLong()) {
        throw new PreferenceDataException(
            "belief digit "
                + belief
                + " is not one token of its own at the start of a response ("
                + belief
                + "<...>): use a tokenizer that does not split or merge single digits");
      }
      ids[belief] = id.getAsLong();
    }
    return ids;
  }

  /** Token ids of the belief digits, indexed by belief class. */
  public long[] beliefTokenIds() {
    return beliefTokenIds.clone();
  }

  /** The id that ends a response. */
  public long eosTokenId() {
    return eos;
  }

  /** How many tokens a text has, EOS apart. */
  public int length(String text) {
    return withoutEos(tokenizer.encode(text)).length();
  }

  /** The ids of an example's prompt alone, as {@link #encode} gives them. */
  public long[] encodePrompt(PreferenceExample example) {
    return cut(promptTokens(example), maxPromptLength);
  }

  private long[] promptTokens(PreferenceExample example) {
    return withoutEos(tokenizer.encode(OpinionTemplate.prompt(example))).ids();
  }

  /**
   * The ids of an example's prompt and responses.
   *
   * @throws PreferenceDataException if cutting would cut the belief itself
   */
  public EncodedExample encode(PreferenceExample example) {
    RenderedExample texts = OpinionTemplate.render(example);
    TokenSequence chosenTokens = withoutEos(tokenizer.encode(texts.chosen()));
    BeliefTokens belief = beliefTokens(example, chosenTokens, texts.chosenBelief());

    long[] wholePrompt = promptTokens(example);
    long[] prompt = cut(wholePrompt, maxPromptLength);
    long[] chosen = ended(chosenTokens);
    long[] rejected = ended(withoutEos(tokenizer.encode(texts.rejected())));
    long[] underBelief = ended(withoutEos(tokenizer.encode(texts.rejectedUnderBelief())));

    int longest = Math.max(chosen.length, Math.max(rejected.length, underBelief.length));
    boolean promptCut = prompt.length < wholePrompt.length;
    boolean responseCut = prompt.length + longest > maxLength;
    if (responseCut) {
      int room = maxLength - maxPromptLength;
      if (belief.close() >= room) {
        throw new PreferenceDataException(
            "question '%s': the belief '%s' needs %d tokens, but max_length %d less max_prompt_length %d leaves %d for the response; lower max_prompt_length or raise max_length"
                .formatted(
                    example.questionId(),
                    example.acceptChoice(),
                    belief.close() + 1,
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

  private static BeliefTokens beliefTokens(
      PreferenceExample example, TokenSequence tokens, BeliefSpan span) {
    for (int i = 0; i < tokens.length(); i++) {
      if (tokens.start()[i] <= span.close() && span.close() < tokens.end()[i]) {
        return new BeliefTokens(0, i, i);
      }
    }
    throw new PreferenceDataException(
        "question '%s': the tokenizer has no token for the '>' that closes the belief '%s'"
            .formatted(example.questionId(), example.acceptChoice()));
  }

  private TokenSequence withoutEos(TokenSequence tokens) {
    int kept = 0;
    for (long id : tokens.ids()) {
      kept += id == eos ? 0 : 1;
    }
    if (kept == tokens.length()) {
      return tokens;
    }
    long[] ids = new long[kept];
    int[] start = new int[kept];
    int[] end = new int[kept];
    for (int from = 0, to = 0; from < tokens.length(); from++) {
      if (tokens.ids()[from] != eos) {
        ids[to] = tokens.ids()[from];
        start[to] = tokens.start()[from];
        end[to++] = tokens.end()[from];
      }
    }
    return new TokenSequence(ids, start, end);
  }

  private long[] ended(TokenSequence tokens) {
    long[] ids = Arrays.copyOf(tokens.ids(), tokens.length() + 1);
    ids[tokens.length()] = eos;
    return ids;
  }

  private static long[] cut(long[] ids, int length) {
    return ids.length <= length ? ids : Arrays.copyOf(ids, length);
  }
}
