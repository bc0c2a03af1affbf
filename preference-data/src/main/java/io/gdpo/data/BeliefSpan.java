package io.gdpo.data;

/**
 * Where the belief stands in a rendered response {@code digit<option>text}, known from rendering
 * instead of searched for, so that {@code >} inside an option or a response does no harm. All three
 * are UTF-16 offsets.
 *
 * @param start the digit's offset
 * @param end one past the option text's last character; the closing {@code >} is not in the span
 * @param close offset of the closing {@code >}
 */
public record BeliefSpan(int start, int end, int close) {}
