package io.gdpo.group.build;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetCard.SplitCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceParquet;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * The files of a dataset's splits while examples come in one by one, their statistics, and samples.
 */
final class SplitFiles implements BiConsumer<Split, PreferenceExample>, AutoCloseable {
  private final Map<Split, PreferenceParquet.Writer> files = new EnumMap<>(Split.class);
  private final Map<Split, SplitStatistics> statistics = new EnumMap<>(Split.class);
  private final SampleCollector samples = new SampleCollector();

  /**
   * @param folder where the files come to lie
   * @param encoder counts tokens; without one the cards have no lengths
   */
  SplitFiles(Path folder, Optional<ExampleEncoder> encoder) {
    for (Split split : Split.values()) {
      files.put(split, new PreferenceParquet.Writer(folder.resolve(split.fileName())));
      statistics.put(split, new SplitStatistics(encoder));
    }
  }

  @Override
  public void accept(Split split, PreferenceExample example) {
    files.get(split).add(example);
    statistics.get(split).add(example);
    samples.add(split, example);
  }

  /** Some of what came in so far. */
  DatasetSamples samples() {
    return samples.samples();
  }

  /** Completes the files; the statistics by split name. */
  Map<String, SplitCard> finish() {
    Map<String, SplitCard> cards = new LinkedHashMap<>();
    files.forEach(
        (split, file) -> {
          file.finish();
          cards.put(
              split.name().toLowerCase(Locale.ROOT),
              statistics.get(split).card(statistics.get(Split.TRAIN)));
        });
    return cards;
  }

  @Override
  public void close() {
    files.values().forEach(PreferenceParquet.Writer::close);
  }
}
