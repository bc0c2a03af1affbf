package io.gdpo.contracts.data;

import io.gdpo.contracts.Choice;

/** What a record of ready examples is, in the words that {@code dataset.kind} uses. */
public enum RecordLayout implements Choice {
  /** Two responses with their beliefs, and the group's distribution: the method's own layout. */
  OPINIONS,
  /** Two reviews with their ratings, which are the beliefs. */
  REVIEWS,
  /** An example of a dataset of ours that tells no beliefs. */
  STORED,
  /** {@code chosen}, {@code rejected} and mostly {@code prompt}: HH, UltraFeedback, TRL's. */
  PAIRS,
  /** {@code prompt}, {@code completion} and {@code label}: a response judged by itself. */
  UNPAIRED,
  /** Two comments on a post, by which of them people voted up: Stanford Human Preferences. */
  SHP,
  /** A question whose answers have scores. */
  STACK_EXCHANGE,
  /** People's comparisons of responses, which are counted: your own, MultiPref, Community. */
  VOTES,
  /** A person's conversation with several models, of which they prefer one in each turn. */
  PRISM
}
