package io.gdpo.lm.config;

import io.gdpo.lm.InvalidModelException;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The numbers that every decoder has, whatever its family calls them.
 *
 * @param vocabSize V, rows of the token embedding
 * @param positions the longest sequence in tokens
 * @param width C, width of the hidden states
 * @param innerWidth width of the feed-forward layer
 * @param layers number of blocks
 * @param heads H, heads of queries
 * @param keyValueHeads G, heads of keys and values; divides {@code heads}
 * @param headWidth D, width of a head
 * @param normEpsilon added to the variance in norms
 * @param initializerRange standard deviation of random initial weights
 * @param tieWordEmbeddings whether the token embedding is also the projection to the vocabulary
 * @param eosTokenId the token that ends a text, if the config names one
 */
public record DecoderShape(
    int vocabSize,
    int positions,
    int width,
    int innerWidth,
    int layers,
    int heads,
    int keyValueHeads,
    int headWidth,
    double normEpsilon,
    double initializerRange,
    boolean tieWordEmbeddings,
    OptionalLong eosTokenId) {

  public DecoderShape {
    if (heads % keyValueHeads != 0) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "num_attention_heads %d is not a multiple of num_key_value_heads %d: each head of keys and values serves as many heads of queries",
              heads,
              keyValueHeads));
    }
  }

  /**
   * Reads the names that most families use, {@code hidden_size} and so on.
   *
   * @param keyValueHeads where the field is absent
   * @param normEpsilon the field's name
   */
  static DecoderShape of(
      ConfigFields fields, int keyValueHeads, int headWidth, String normEpsilon, double epsilon) {
    return new DecoderShape(
        fields.size("vocab_size"),
        fields.size("max_position_embeddings"),
        fields.size("hidden_size"),
        fields.size("intermediate_size"),
        fields.size("num_hidden_layers"),
        fields.size("num_attention_heads"),
        keyValueHeads,
        headWidth,
        fields.positive(normEpsilon, epsilon),
        fields.positive("initializer_range", 0.02),
        fields.flag("tie_word_embeddings", false),
        fields.tokenId("eos_token_id"));
  }

  /**
   * The width of a head where heads share the width of the hidden states evenly.
   *
   * @throws InvalidModelException if they cannot
   */
  static int evenHeadWidth(String widthField, int width, String headsField, int heads) {
    if (width % heads != 0) {
      throw new InvalidModelException(
          String.format(
              Locale.ROOT,
              "%s %d is not a multiple of %s %d: heads share the width evenly",
              widthField,
              width,
              headsField,
              heads));
    }
    return width / heads;
  }

  /** The same of the names that most families use. */
  static int evenHeadWidth(ConfigFields fields) {
    return evenHeadWidth(
        "hidden_size",
        fields.size("hidden_size"),
        "num_attention_heads",
        fields.size("num_attention_heads"));
  }
}
