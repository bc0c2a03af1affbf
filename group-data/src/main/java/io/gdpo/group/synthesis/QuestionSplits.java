package io.gdpo.group.synthesis;

import io.gdpo.contracts.data.Split;
import io.gdpo.group.DatasetException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Deals questions to splits, 80 : 10 : 10, so that no question of a split is asked in another one.
 * Questions whose cores are the same are one question here. Where two groups are asked the same
 * questions, theirs are in the same splits.
 */
final class QuestionSplits {
  private static final int LOTS = 1 << 30;

  private QuestionSplits() {}

  /**
   * Splits by question id.
   *
   * @param cores what is asked, by question id, in short
   * @throws DatasetException if there are too few to have one in each split
   */
  static Map<String, Split> of(Map<String, QuestionCore> cores, long seed) {
    List<String> asked =
        cores.values().stream()
            .map(QuestionSplits::key)
            .distinct()
            .sorted(
                Comparator.<String>comparingInt(key -> Draw.of(seed, "split", key).below(LOTS))
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    if (asked.size() < Split.values().length) {
      throw new DatasetException(
          "synthesis.split: questions needs "
              + Split.values().length
              + " different questions or more, one for each split; there are "
              + asked.size());
    }
    int tenth = Math.max(1, asked.size() / 10);
    Map<String, Split> byKey = new HashMap<>();
    for (int i = 0; i < asked.size(); i++) {
      byKey.put(asked.get(i), i < tenth ? Split.EVAL : i < 2 * tenth ? Split.TEST : Split.TRAIN);
    }
    Map<String, Split> splits = new HashMap<>();
    cores.forEach((id, core) -> splits.put(id, byKey.get(key(core))));
    return splits;
  }

  private static String key(QuestionCore core) {
    return core.sentence().toLowerCase(Locale.ROOT);
  }
}
