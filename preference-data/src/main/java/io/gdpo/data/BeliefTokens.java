package io.gdpo.data;

/**
 * Where the belief stands among an encoded response's tokens; all 0 if it tells none.
 *
 * @param first index of the digit's token
 * @param close index of the closing {@code >}, which never shares a token with what stands beside
 *     it: one past the option's last token
 * @param words index of the first token behind the closing {@code >}
 */
public record BeliefTokens(int first, int close, int words) {}
