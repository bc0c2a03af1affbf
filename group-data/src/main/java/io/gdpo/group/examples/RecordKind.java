package io.gdpo.group.examples;

import io.gdpo.contracts.data.PreferenceExample;
import java.util.List;

/** What a record of a file of examples is, told by its fields. */
enum RecordKind {
  /** Two responses with their beliefs, and the group's distribution: the method's own layout. */
  OPINION {
    @Override
    List<PreferenceExample> examples(FieldReader fields, String group) {
      return List.of(new OpinionRecord(fields).example(group));
    }
  },
  /** A pair as our own datasets hold it. */
  STORED_PAIR {
    @Override
    List<PreferenceExample> examples(FieldReader fields, String group) {
      return List.of(new StoredPair(fields).example(group));
    }
  },
  /** {@code chosen}, {@code rejected} and mostly {@code prompt}: texts or conversations. */
  PAIR {
    @Override
    List<PreferenceExample> examples(FieldReader fields, String group) {
      return new PairRecord(fields).examples(group);
    }
  },
  /** Two comments on a post, by which of them people voted up: Stanford Human Preferences. */
  SHP {
    @Override
    List<PreferenceExample> examples(FieldReader fields, String group) {
      return List.of(new HumanPreferenceRecord(fields).example(group));
    }
  },
  /** A question whose answers have scores: StackExchange. */
  STACK_EXCHANGE {
    @Override
    List<PreferenceExample> examples(FieldReader fields, String group) {
      return new StackExchangeRecord(fields).examples(group);
    }
  },
  /** People's comparisons of responses, which are counted. */
  VOTE {
    @Override
    List<PreferenceExample> examples(FieldReader fields, String group) {
      throw new IllegalStateException("votes are counted first");
    }
  };

  /** The kind of a record; one that is none is told what an opinion needs. */
  static RecordKind of(FieldReader fields) {
    if (StoredPair.isOne(fields)) {
      return STORED_PAIR;
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
    return fields.has(PairRecord.CHOSEN) || fields.has(PairRecord.REJECTED) ? PAIR : OPINION;
  }

  /**
   * The examples that a record stands for.
   *
   * @param group whose they are; empty if no group is named
   * @throws RowException if it cannot be used
   */
  abstract List<PreferenceExample> examples(FieldReader fields, String group);

  /**
   * Whether a record that cannot be used is counted and left out; of opinions, which are made by
   * hand or by us, the first one is told instead.
   */
  boolean leavesOutWhatIsWrong() {
    return this != OPINION;
  }
}
