package io.gdpo.group.examples;

import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.SynthesisSpec;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.text.Fingerprint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Takes in preference examples that somebody else made: a folder with files for each split, or one
 * file or a folder with those of one split only, which are split by prompt (80 : 10 : 10, fixed by
 * the seed), so that pairs with one prompt stay together and test prompts are not trained on.
 *
 * <p>Examples pass through one by one; what is kept of each is a few bytes. One split is read
 * twice: for its prompts, and to deal its examples out; votes are read once before, to be counted.
 */
public final class ReadyExamples {
  private final BiConsumer<Split, PreferenceExample> sink;
  private final Map<Split, Map<Fingerprint, Known>> distributions = new HashMap<>();
  private final Function<FieldReader, RecordKind> kinds;
  private final ExampleGroups groups;
  private final Consumer<RowNote> refusals;
  private long taken;
  private final List<ExampleFiles> sources = new ArrayList<>();
  private PlacedKind kind;

  /** Of what kind the first example is, and where it stands. */
  private record PlacedKind(PreferenceExample.Kind kind, Place place) {}

  /**
   * What became of a source's records beside those that were taken.
   *
   * @param others of groups that were not asked for
   * @param refused that cannot be used
   * @param notes of the first thousand of these
   * @param merged votes on a pair on which somebody had voted before
   */
  public record Account(long others, long refused, List<RowNote> notes, long merged) {}

  /** The distribution of a question, and where it was first given. */
  private record Known(Fingerprint probabilities, Place place) {}

  private ReadyExamples(
      DatasetSpec spec, BiConsumer<Split, PreferenceExample> sink, Consumer<RowNote> refusals) {
    this.refusals = refusals;
    this.kinds = RecordKind.asked(spec);
    this.groups = new ExampleGroups(spec);
    this.sink = sink;
  }

  /** The same, without a word on what is refused. */
  public static Account read(
      Path source, DatasetSpec spec, BiConsumer<Split, PreferenceExample> sink) {
    return read(source, spec, sink, refused -> {});
  }

  /**
   * Gives every example of the groups that are asked for to {@code sink}, those of a split in
   * order.
   *
   * @param spec its groups, what its records are, and the seed of splits
   * @param refusals takes each record that cannot be used
   * @throws DatasetException if anything is missing or wrong; names the file, the line or row, and
   *     the field
   */
  public static Account read(
      Path source,
      DatasetSpec spec,
      BiConsumer<Split, PreferenceExample> sink,
      Consumer<RowNote> refusals) {
    ReadyExamples examples = new ReadyExamples(spec, sink, refusals);
    long seed = Optional.ofNullable(spec.synthesis()).map(SynthesisSpec::seed).orElse(0L);
    if (Files.isDirectory(source) && splits(source) != 1) {
      examples.folder(source);
    } else {
      examples.byPrompt(source, Sources.files(source), seed);
    }
    examples.groups.requireAll();
    return examples.account();
  }

  private static long splits(Path folder) {
    return Stream.of(Split.values())
        .filter(split -> !Sources.files(folder, split).isEmpty())
        .count();
  }

  private Account account() {
    return new Account(
        sources.stream().mapToLong(ExampleFiles::others).sum(),
        sources.stream().mapToLong(ExampleFiles::refused).sum(),
        sources.stream()
            .flatMap(source -> source.notes().stream())
            .limit(Bounds.LISTED_ROWS)
            .toList(),
        sources.stream().mapToLong(ExampleFiles::merged).sum());
  }

  private ExampleFiles source(List<Path> files) {
    ExampleFiles source = new ExampleFiles(files, kinds, groups, refusals);
    sources.add(source);
    return source;
  }

  private void folder(Path folder) {
    for (Split split : Split.values()) {
      List<Path> files = Sources.files(folder, split);
      if (files.isEmpty()) {
        throw new DatasetException(
            folder
                + " has no file for the split '"
                + split.fileName().replace(".parquet", "")
                + "'; it must hold train, eval and test files (.jsonl, .json, .csv or .parquet), or"
                + " those of one split only, which are split by prompt. Name one of its files, or move the"
                + " others elsewhere");
      }
      long before = taken;
      ExampleFiles source = source(files);
      source.forEach((place, example) -> take(split, place, example));
      if (taken == before) {
        groups.requireAll();
        throw new DatasetException(
            files.get(0) + " holds no example: a split must not be empty" + source.firstRefused());
      }
    }
  }

  private void byPrompt(Path source, List<Path> files, long seed) {
    Map<Fingerprint, Integer> prompts = new HashMap<>();
    long[] examples = {0};
    ExampleFiles all = source(files);
    all.forEach(
        (place, example) -> {
          requireRoom(place, ++examples[0]);
          prompts.putIfAbsent(prompt(example), prompts.size());
        });
    groups.requireAll();
    if (prompts.isEmpty()) {
      throw new DatasetException(source + " holds no example" + all.firstRefused());
    }
    if (prompts.size() < Split.values().length) {
      throw new DatasetException(
          source
              + " holds "
              + prompts.size()
              + " different prompts, too few to split; give a folder with train, eval and test"
              + " files"
              + all.firstRefused());
    }
    List<Integer> order = new ArrayList<>(IntStream.range(0, prompts.size()).boxed().toList());
    Collections.shuffle(order, new Random(seed));
    int tenth = Math.max(1, prompts.size() / 10);
    Split[] splits = new Split[prompts.size()];
    Arrays.fill(splits, Split.TRAIN);
    order.subList(0, tenth).forEach(prompt -> splits[prompt] = Split.EVAL);
    order.subList(tenth, 2 * tenth).forEach(prompt -> splits[prompt] = Split.TEST);
    all.forEach(
        (place, example) -> {
          Integer prompt = prompts.get(prompt(example));
          if (prompt == null) {
            throw new DatasetException(place.file() + " was changed while it was read; ask again");
          }
          take(splits[prompt], place, example);
        });
  }

  private void requireOneKind(Place place, PreferenceExample example) {
    if (kind == null) {
      kind = new PlacedKind(example.kind(), place);
    } else if (kind.kind != example.kind()) {
      throw new DatasetException(
          place
              + " is "
              + example.kind().words()
              + ", "
              + kind.place
              + " is "
              + kind.kind.words()
              + "; a dataset is of one kind");
    }
  }

  private static Fingerprint prompt(PreferenceExample example) {
    return Fingerprint.of(example.context() + "\n" + example.prompt());
  }

  private void take(Split split, Place place, PreferenceExample example) {
    requireRoom(place, ++taken);
    requireOneKind(place, example);
    if (example.hasBeliefs()) {
      requireOneDistribution(split, place, example);
    }
    sink.accept(split, example);
  }

  private void requireOneDistribution(Split split, Place place, PreferenceExample example) {
    Fingerprint probabilities = Fingerprint.of(example.opinion().probabilities());
    Known known =
        distributions
            .computeIfAbsent(split, s -> new HashMap<>())
            .putIfAbsent(Fingerprint.of(example.asked()), new Known(probabilities, place));
    if (known != null && !known.probabilities.equals(probabilities)) {
      throw new DatasetException(
          place
              + ": question '"
              + Reason.beginning(example.questionId(), 100)
              + (example.group().isEmpty()
                  ? "'"
                  : "' of the group '" + Reason.beginning(example.group(), 100) + "'")
              + " has two different distributions, here "
              + example.opinion().probabilities()
              + " and another one in "
              + known.place
              + "; examples of one question (same question_id, or same prompt without one) share"
              + " theirs");
    }
  }

  private static void requireRoom(Place place, long examples) {
    if (examples > Bounds.EXAMPLES) {
      throw new DatasetException(
          String.format(
              Locale.ROOT,
              "%s: there are more than %,d examples, the most that one dataset takes; leave some"
                  + " out",
              place,
              Bounds.EXAMPLES));
    }
  }
}
