package io.gdpo.training.batch;

import io.gdpo.data.EncodedExample;

/**
 * One preference example as training sees it.
 *
 * @param index position in its split; reference log-probabilities are kept by it
 * @param tokens prompt and responses
 * @param target p*(b | x), by belief class; empty of data without beliefs
 * @param share of people who prefer the chosen response; NaN where nobody was counted
 * @param majority whether the chosen belief is the group's majority belief
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never changed
public record TrainingExample(
    int index, EncodedExample tokens, float[] target, float share, boolean majority) {}
