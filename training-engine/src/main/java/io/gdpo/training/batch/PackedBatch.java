package io.gdpo.training.batch;

import io.gdpo.lm.batch.TokenBatch;
import java.util.List;

/**
 * A micro-batch laid out for one forward pass, and where in it to find what a loss needs.
 *
 * <p>B examples; a labelled token is one whose log-probability is asked for; there are N. Sequence
 * {@code i < B} is the chosen response of example i, {@code B + i} its rejected response; one that
 * there is not has no labelled token.
 *
 * @param examples the examples, in order of i
 * @param tokens rows of a prompt and its branches
 * @param rows [N] flattened position whose next token is the labelled one
 * @param targets [N] id of the labelled token
 * @param sequence [N] the sequence it belongs to
 * @param inResponse [N] 1 where it counts for log pi(y | x) in a preference loss
 * @param inBelief [N] 1 where it is part of the belief segment that imitation covers
 * @param beliefRows [B] flattened position of the prompt's last token
 * @param realTokens tokens in {@code tokens} that are not padding
 */
@SuppressWarnings("ArrayRecordComponent") // read on the hot path, never changed
public record PackedBatch(
    List<TrainingExample> examples,
    TokenBatch tokens,
    long[] rows,
    long[] targets,
    long[] sequence,
    float[] inResponse,
    float[] inBelief,
    long[] beliefRows,
    int realTokens) {}
