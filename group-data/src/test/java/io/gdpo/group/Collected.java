package io.gdpo.group;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.examples.ReadyExamples;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** What passes by one by one, together. */
public final class Collected {
  private Collected() {}

  public static PreferenceDataset of(Consumer<BiConsumer<Split, PreferenceExample>> source) {
    Map<Split, List<PreferenceExample>> splits = new EnumMap<>(Split.class);
    for (Split split : Split.values()) {
      splits.put(split, new ArrayList<>());
    }
    source.accept((split, example) -> splits.get(split).add(example));
    return new PreferenceDataset(
        splits.get(Split.TRAIN), splits.get(Split.EVAL), splits.get(Split.TEST));
  }

  public static PreferenceDataset examples(Path source, long seed) {
    return of(sink -> ReadyExamples.read(source, seed, sink));
  }
}
