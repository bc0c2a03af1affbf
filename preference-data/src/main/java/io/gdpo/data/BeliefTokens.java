package io.gdpo.data;

/**
 * Where the belief stands among an encoded response's tokens.
 *
 * @param first index of the digit's token
 * @param end one past the last token that lies wholly before the closing {@code >}
 * @param close index of the token that holds the closing {@code >}; the same as {@code end}. A
 *     tokenizer that merges {@code >} with a neighbour makes that one token the closing one.
 */
public record BeliefTokens(int first, int end, int close) {}
