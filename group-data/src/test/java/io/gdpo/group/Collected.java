package io.gdpo.group;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.SynthesisSpec;
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
    SynthesisSpec seeded = new SynthesisSpec(null, seed, null, null);
    return examples(
        new DatasetSpec(null, null, source.toString(), null, seeded, null, null, null, null, null));
  }

  public static PreferenceDataset examples(DatasetSpec spec) {
    return of(sink -> ReadyExamples.read(Path.of(spec.examples()), spec, sink));
  }
}
