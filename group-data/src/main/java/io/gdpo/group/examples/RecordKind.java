package io.gdpo.group.examples;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.RecordLayout;
import io.gdpo.contracts.spec.DatasetSpec;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;

/** What a record of a file of examples is, and how it is read. */
enum RecordKind {
  /** Two responses with their beliefs, and the group's distribution: the method's own layout. */
  OPINION(
      RecordLayout.OPINIONS,
      examples((fields, group) -> List.of(new OpinionRecord(fields).example(group)))),
  /** Two reviews with their ratings, which are the beliefs. */
  REVIEW(
      RecordLayout.REVIEWS,
      examples((fields, group) -> List.of(new ReviewRecord(fields).example(group)))),
  /** A pair as our own datasets hold it. */
  STORED_PAIR(
      RecordLayout.STORED,
      examples((fields, group) -> List.of(new StoredPair(fields).example(group)))),
  /** {@code chosen}, {@code rejected} and mostly {@code prompt}: texts or conversations. */
  PAIR(RecordLayout.PAIRS, examples((fields, group) -> new PairRecord(fields).examples(group))),
  /** {@code prompt}, {@code completion} and its {@code label}: a response judged by itself. */
  UNPAIRED(
      RecordLayout.UNPAIRED,
      examples((fields, group) -> List.of(new UnpairedRecord(fields).example(group)))),
  /** Two comments on a post, by which of them people voted up: Stanford Human Preferences. */
  SHP(
      RecordLayout.SHP,
      examples((fields, group) -> List.of(new HumanPreferenceRecord(fields).example(group)))),
  /** A question whose answers have scores: StackExchange. */
  STACK_EXCHANGE(
      RecordLayout.STACK_EXCHANGE,
      examples((fields, group) -> new StackExchangeRecord(fields).examples(group))),
  /** People's comparisons of responses, which are counted. */
  VOTE(RecordLayout.VOTES, votes((fields, group) -> new VoteRecord(fields).votes(group))),
  /** A person's conversation with several models, of which they prefer one in each turn: PRISM. */
  PRISM(RecordLayout.PRISM, votes((fields, group) -> new PrismRecord(fields).votes(group)));

  private final RecordLayout layout;
  private final Reader reader;

  RecordKind(RecordLayout layout, Reader reader) {
    this.layout = layout;
    this.reader = reader;
  }

  /** How the records of a source are told: all are what a specification says, if it does. */
  static Function<FieldReader, RecordKind> asked(DatasetSpec spec) {
    if (spec.kind() == null) {
      return RecordKind::of;
    }
    RecordKind named =
        Stream.of(values()).filter(kind -> kind.layout == spec.kind()).findFirst().orElseThrow();
    return fields -> named;
  }

  @FunctionalInterface
  private interface Reader {
    void read(FieldReader fields, String group, ExampleFile.Sink sink);
  }

  private static Reader examples(
      BiFunction<FieldReader, String, List<PreferenceExample>> examplesOf) {
    return (fields, group, sink) ->
        examplesOf.apply(fields, group).forEach(example -> sink.take(fields.place(), example));
  }

  private static Reader votes(BiFunction<FieldReader, String, List<Vote>> votesOf) {
    return (fields, group, sink) ->
        votesOf.apply(fields, group).forEach(vote -> sink.vote(fields.place(), vote));
  }

  /** The kind of a record; one that is none is told what an opinion needs. */
  private static RecordKind of(FieldReader fields) {
    if (StoredPair.isOne(fields)) {
      return STORED_PAIR;
    }
    if (ReviewRecord.isOne(fields)) {
      return REVIEW;
    }
    if (fields.has(StoredPair.CHOSEN) || fields.has("probabilities")) {
      return OPINION;
    }
    if (fields.has(HumanPreferenceRecord.FIRST) && fields.has(HumanPreferenceRecord.SECOND)) {
      return SHP;
    }
    if (StackExchangeRecord.isOne(fields)) {
      return STACK_EXCHANGE;
    }
    if (VoteRecord.isOne(fields)) {
      return VOTE;
    }
    if (fields.has(PrismRecord.HISTORY)) {
      return PRISM;
    }
    if (fields.has(UnpairedRecord.COMPLETION)) {
      return UNPAIRED;
    }
    return fields.has(PairRecord.CHOSEN) || fields.has(PairRecord.REJECTED) ? PAIR : OPINION;
  }

  /**
   * Gives what a record stands for to {@code sink}: all of it, or nothing.
   *
   * @param group whose it is; empty if no group is named
   * @throws RowException if it cannot be used
   */
  void read(FieldReader fields, String group, ExampleFile.Sink sink) {
    reader.read(fields, group, sink);
  }

  /**
   * Whether a record that cannot be used is counted and left out; of opinions, which are made by
   * hand or by us, the first one is told instead.
   */
  boolean leavesOutWhatIsWrong() {
    return this != OPINION;
  }
}
