package io.gdpo.group.build;

import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetCard.SplitCard;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceParquet;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BiConsumer;

/**
 * The files of a dataset's splits while examples come in one by one, their statistics, and samples.
 * A thread of its own writes and counts, so that the next examples are read and checked meanwhile.
 * What is wrong with one is thrown when a later one is given, or at the end.
 */
final class SplitFiles implements BiConsumer<Split, PreferenceExample>, AutoCloseable {
  /** Examples that are handed over at a time: waking a thread takes as long as writing some. */
  private static final int AT_ONCE = 1024;

  /** UTF-16 units of their prompts, at which fewer are handed over. */
  private static final int TEXT_AT_ONCE = 1 << 20;

  private static final Future<?> NOTHING = CompletableFuture.completedFuture(null);

  private final Map<Split, PreferenceParquet.Writer> files = new EnumMap<>(Split.class);
  private final Map<Split, SplitStatistics> statistics = new EnumMap<>(Split.class);
  private final SampleCollector samples = new SampleCollector();
  private final ExecutorService thread =
      Executors.newSingleThreadExecutor(task -> new Thread(task, "split-files"));
  private List<Placed> given = new ArrayList<>();
  private long text;
  private Future<?> underWay = NOTHING;

  private record Placed(Split split, PreferenceExample example) {}

  /**
   * @param folder where the files come to lie
   * @param encoder counts tokens; without one the cards have no lengths
   */
  SplitFiles(Path folder, Optional<ExampleEncoder> encoder) {
    for (Split split : Split.values()) {
      statistics.put(split, new SplitStatistics(encoder));
    }
    underWay = thread.submit(() -> open(folder)); // takes a second, most of it DuckDB's library
  }

  private void open(Path folder) {
    for (Split split : Split.values()) {
      files.put(split, new PreferenceParquet.Writer(folder.resolve(split.fileName())));
    }
  }

  @Override
  public void accept(Split split, PreferenceExample example) {
    given.add(new Placed(split, example));
    text += example.prompt().length() + example.context().length();
    if (given.size() == AT_ONCE || text >= TEXT_AT_ONCE) {
      handOver();
    }
  }

  private void handOver() {
    List<Placed> batch = given;
    given = new ArrayList<>();
    text = 0;
    await();
    underWay = thread.submit(() -> batch.forEach(placed -> take(placed.split, placed.example)));
  }

  private void take(Split split, PreferenceExample example) {
    files.get(split).add(example);
    statistics.get(split).add(example);
    samples.add(split, example);
  }

  /** What went wrong is thrown once. */
  private void await() {
    Future<?> awaited = underWay;
    underWay = NOTHING;
    try {
      awaited.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException thrown) {
        throw thrown;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while a dataset was written", e);
    }
  }

  /** Some of what came in before {@link #finish}. */
  DatasetSamples samples() {
    return samples.samples();
  }

  /** Completes the files; the statistics by split name. */
  Map<String, SplitCard> finish() {
    handOver();
    await();
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

  /** Ends the thread first: it may be writing still where something else went wrong. */
  @Override
  public void close() {
    thread.shutdown();
    try {
      await();
    } finally {
      files.values().forEach(PreferenceParquet.Writer::close);
    }
  }
}
