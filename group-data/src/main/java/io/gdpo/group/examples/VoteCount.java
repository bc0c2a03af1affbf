package io.gdpo.group.examples;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Votes;
import io.gdpo.group.examples.Vote.Choice;
import io.gdpo.group.text.Fingerprint;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Counts, for each prompt, pair of responses and group, how many people prefer which; by the
 * responses' texts, wherever they stood. A person counts once for a pair, by the first vote. A few
 * bytes are kept of each pair and vote.
 */
final class VoteCount {
  private static final String STYLE = "votes";

  private final Map<Fingerprint, int[]> counts = new HashMap<>();
  private final Set<Fingerprint> voted = new HashSet<>();

  /** Counts a vote, unless the same person has voted on the pair before. */
  void add(Vote vote) {
    Fingerprint pair = pair(vote);
    if (vote.voter() != null && !voted.add(Fingerprint.of(pair + "\n" + vote.voter()))) {
      return;
    }
    int[] count = counts.computeIfAbsent(pair, key -> new int[Choice.values().length]);
    count[inOrder(vote).choice().ordinal()]++;
  }

  /** How many pairs there are. */
  int pairs() {
    return counts.size();
  }

  /** The pairs, each at its first vote, once all votes are counted. */
  Pairs asExamples() {
    return new Pairs();
  }

  /** Goes through the votes again. */
  final class Pairs {
    private final Set<Fingerprint> given = new HashSet<>();

    /** Whether this is the first vote on its pair. */
    boolean isFirst(Vote vote) {
      return given.add(pair(vote));
    }

    /** The pair of a vote; empty if as many people prefer one response as the other. */
    Optional<PreferenceExample> example(Vote vote) {
      int[] count = counts.get(pair(vote));
      Vote ordered = inOrder(vote);
      int first = count[Choice.FIRST.ordinal()];
      int second = count[Choice.SECOND.ordinal()];
      int tied = count[Choice.TIE.ordinal()];
      if (first == second) {
        return Optional.empty();
      }
      boolean firstIsChosen = first > second;
      return Optional.of(
          PreferenceExample.ofVotes(
              vote.prompt(),
              STYLE,
              firstIsChosen ? ordered.first() : ordered.second(),
              firstIsChosen ? ordered.second() : ordered.first(),
              new Votes(Math.max(first, second), Math.min(first, second), tied),
              vote.group()));
    }
  }

  private static Fingerprint pair(Vote vote) {
    Vote ordered = inOrder(vote);
    return Fingerprint.of(
        String.join("\u0000", vote.group(), vote.prompt(), ordered.first(), ordered.second()));
  }

  /** The same vote, whichever response stood first. */
  private static Vote inOrder(Vote vote) {
    if (vote.first().compareTo(vote.second()) <= 0) {
      return vote;
    }
    Choice turned =
        switch (vote.choice()) {
          case FIRST -> Choice.SECOND;
          case SECOND -> Choice.FIRST;
          case TIE -> Choice.TIE;
        };
    return new Vote(vote.prompt(), vote.second(), vote.first(), turned, vote.voter(), vote.group());
  }
}
