package io.gdpo.data;

import java.util.OptionalInt;

/**
 * What a model's sampled text says: its belief and its words.
 *
 * @param belief the leading belief digit, if the text starts with one
 * @param option the option text between {@code <} and {@code >}; up to the end of the text if the
 *     belief is not closed; empty if there is none
 * @param response the words after the closing {@code >}; all words after the digit if no belief
 *     text was opened; empty if the belief is not closed
 * @param closed whether a belief text was opened and closed
 */
public record ParsedResponse(OptionalInt belief, String option, String response, boolean closed) {}
