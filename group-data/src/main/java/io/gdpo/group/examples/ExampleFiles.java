package io.gdpo.group.examples;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.group.Bounds;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The examples of some files, and an account of what else they hold. They can be gone through
 * several times; votes are counted before the first time, so that each pair of responses is one
 * example.
 */
final class ExampleFiles {
  private static final int TOLD = 3;

  private final List<Path> files;
  private final Function<FieldReader, RecordKind> kinds;
  private final ExampleGroups groups;
  private final Consumer<RowNote> refusals;
  private final VoteCount votes = new VoteCount();
  private final List<RowNote> notes = new ArrayList<>();
  private long refused;
  private long others;
  private long merged;
  private boolean counted;

  /**
   * @param kinds tells what a record is
   * @param refusals takes each record that is left out
   */
  ExampleFiles(
      List<Path> files,
      Function<FieldReader, RecordKind> kinds,
      ExampleGroups groups,
      Consumer<RowNote> refusals) {
    this.kinds = kinds;
    this.refusals = refusals;
    this.files = files;
    this.groups = groups;
  }

  /** Gives each example with its place, in order. */
  void forEach(BiConsumer<Place, PreferenceExample> each) {
    if (counted) {
      read(new Giving(each));
      return;
    }
    read(new Counting(each));
    counted = true;
    if (votes.pairs() > 0) {
      read(new GivingPairs(each));
    }
  }

  private void read(ExampleFile.Sink sink) {
    files.forEach(file -> new ExampleFile(file, kinds, groups, sink).read());
  }

  /** Records that cannot be used, and pairs of which no response is preferred. */
  long refused() {
    return refused;
  }

  /** Records of groups that were not asked for. */
  long others() {
    return others;
  }

  /** Votes on a pair on which somebody had voted before. */
  long merged() {
    return merged;
  }

  /** What was refused, and why; the first thousand. */
  List<RowNote> notes() {
    return notes;
  }

  /** Why there is nothing, if that is why; empty if nothing was refused. */
  String firstRefused() {
    return notes.isEmpty()
        ? ""
        : String.format(Locale.ROOT, "; %,d records cannot be used: ", refused)
            + notes.stream()
                .limit(TOLD)
                .map(note -> note.question() + " " + note.row() + ": " + note.note())
                .collect(Collectors.joining("; "));
  }

  private void leaveOut(Place place, String why) {
    String file = place.file().getFileName().toString();
    RowNote note = new RowNote(place.number(), file, Reason.clean(why), null);
    refusals.accept(note);
    if (++refused <= Bounds.LISTED_ROWS) {
      notes.add(note);
    }
  }

  /** The first time: all but votes is given, and everything is counted. */
  private final class Counting implements ExampleFile.Sink {
    private final BiConsumer<Place, PreferenceExample> each;

    Counting(BiConsumer<Place, PreferenceExample> each) {
      this.each = each;
    }

    @Override
    public void take(Place place, PreferenceExample example) {
      each.accept(place, example);
    }

    @Override
    public void vote(Place place, Vote vote) {
      int before = votes.pairs();
      votes.add(vote);
      merged += votes.pairs() == before ? 1 : 0;
    }

    @Override
    public void other(Place place) {
      others++;
    }

    @Override
    public void refuse(Place place, String why) {
      leaveOut(place, why);
    }
  }

  /** Gives the pairs that were voted on, and notes those that are undecided. */
  private class GivingPairs implements ExampleFile.Sink {
    private final BiConsumer<Place, PreferenceExample> each;
    private final VoteCount.Pairs pairs = votes.asExamples();

    GivingPairs(BiConsumer<Place, PreferenceExample> each) {
      this.each = each;
    }

    @Override
    public void take(Place place, PreferenceExample example) {}

    @Override
    public void vote(Place place, Vote vote) {
      if (pairs.isFirst(vote)) {
        pairs
            .example(vote)
            .ifPresentOrElse(example -> each.accept(place, example), () -> undecided(place));
      }
    }

    void undecided(Place place) {
      leaveOut(place, "as many people prefer one response as the other");
    }

    @Override
    public void other(Place place) {}

    @Override
    public void refuse(Place place, String why) {}
  }

  /** Another time: all is given, and nothing is counted again. */
  private final class Giving extends GivingPairs {
    private final BiConsumer<Place, PreferenceExample> each;

    Giving(BiConsumer<Place, PreferenceExample> each) {
      super(each);
      this.each = each;
    }

    @Override
    public void take(Place place, PreferenceExample example) {
      each.accept(place, example);
    }

    @Override
    void undecided(Place place) {}
  }
}
