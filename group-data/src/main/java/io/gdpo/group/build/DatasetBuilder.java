package io.gdpo.group.build;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.source.Source;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetCard.Answer;
import io.gdpo.contracts.job.DatasetCard.Counts;
import io.gdpo.contracts.job.DatasetCard.GroupCard;
import io.gdpo.contracts.job.DatasetCard.Question;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import io.gdpo.contracts.job.DatasetSamples;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.belief.BeliefDistribution;
import io.gdpo.group.chat.ChatSynthesis;
import io.gdpo.group.examples.ReadyExamples;
import io.gdpo.group.survey.GroupQuestion;
import io.gdpo.group.survey.GroupSurvey;
import io.gdpo.group.text.Fingerprint;
import io.gdpo.lm.tokenizer.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Builds one dataset from its specification and publishes it whole: the three splits, samples and
 * the card. The same specification and source give the same examples, so building twice does no
 * harm.
 */
public class DatasetBuilder {
  /** Nothing is cut while lengths are measured. */
  private static final int UNBOUNDED = 1 << 24;

  /** What lies beside the card. */
  private static final List<String> FILES =
      Stream.concat(Stream.of(Split.values()).map(Split::fileName), Stream.of(DatasetSamples.FILE))
          .toList();

  private final Sources sources;
  private final ArtifactStore artifacts;
  private final ChatSynthesis synthesis;

  /** Asks no chat model. */
  public DatasetBuilder(Sources sources, ArtifactStore artifacts) {
    this(sources, artifacts, ChatSynthesis.ofWhatIsKept(artifacts));
  }

  /**
   * @param sources finds what a specification names
   * @param artifacts where datasets are published
   * @param synthesis asks a chat model where a specification names one
   */
  public DatasetBuilder(Sources sources, ArtifactStore artifacts, ChatSynthesis synthesis) {
    this.sources = sources;
    this.artifacts = artifacts;
    this.synthesis = synthesis;
  }

  /** A published dataset, and its artifact folder. */
  public record Built(URI uri, DatasetCard card) {
    /** Examples by split name. */
    public Map<String, Long> examplesBySplit() {
      Map<String, Long> examples = new LinkedHashMap<>();
      card.splits().forEach((split, statistics) -> examples.put(split, statistics.examples()));
      return examples;
    }
  }

  /** Where the datasets lie in the artifact store. */
  public static String key(String datasetId) {
    return "datasets/" + datasetId;
  }

  /**
   * Builds and publishes.
   *
   * @param expectedSha256 hash of the source when the dataset was asked for, if it is known
   * @throws io.gdpo.group.DatasetException if the source cannot be used, or was changed meanwhile
   * @throws io.gdpo.data.PreferenceDataException if the tokenizer does not suit the data
   * @throws io.gdpo.lm.InvalidModelException if the tokenizer cannot be used
   */
  public Built build(String datasetId, DatasetSpec spec, Optional<String> expectedSha256) {
    Source source = sources.of(spec);
    String sha256 = Sources.sha256(source.path());
    expectedSha256.ifPresent(expected -> requireSame(source.path(), expected, sha256));
    try {
      Path temporary = Files.createTempDirectory("dataset-");
      try {
        Path folder = Files.createDirectory(temporary.resolve("complete"));
        DatasetCard card = write(folder, datasetId, spec, source, sha256);
        requireSame(source.path(), sha256, Sources.sha256(source.path()));
        return new Built(artifacts.publish(folder, key(datasetId), DatasetCard.FILE), card);
      } finally {
        AtomicFiles.delete(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot store dataset " + datasetId, e);
    }
  }

  private static void requireSame(Path source, String before, String now) {
    if (!now.equals(before)) {
      throw new DatasetException(
          source + " has changed since the dataset was asked for; ask for it again");
    }
  }

  private DatasetCard write(
      Path folder, String datasetId, DatasetSpec spec, Source source, String sha256)
      throws IOException {
    try (Tokenizer tokenizer = tokenizer(spec);
        SplitFiles splits =
            new SplitFiles(
                folder,
                Optional.ofNullable(tokenizer)
                    .map(it -> new ExampleEncoder(it, UNBOUNDED, UNBOUNDED / 2)));
        RefusedRows refused = new RefusedRows(folder)) {
      DatasetCard card =
          spec.survey() != null
              ? fromSurvey(datasetId, spec, source, sha256, splits, refused)
              : fromExamples(datasetId, spec, source, sha256, splits, refused);
      write(folder.resolve(DatasetSamples.FILE), splits.samples());
      write(folder.resolve(DatasetCard.FILE), card);
      return card;
    }
  }

  private static void write(Path file, Object content) throws IOException {
    Json.EVENTS.writerWithDefaultPrettyPrinter().writeValue(file.toFile(), content);
  }

  /** Null if the card shall not count tokens. */
  private Tokenizer tokenizer(DatasetSpec spec) throws IOException {
    return spec.tokenizer() == null
        ? null
        : Tokenizer.load(sources.path("tokenizer", spec.tokenizer()));
  }

  private DatasetCard fromSurvey(
      String datasetId,
      DatasetSpec spec,
      Source source,
      String sha256,
      SplitFiles splits,
      RefusedRows refused) {
    SurveyDialogues dialogues =
        SurveyDialogues.of(GroupSurvey.read(source.path(), spec), spec, synthesis);
    List<GroupSurvey> groups = dialogues.groups();
    noted(groups, GroupSurvey::refused).forEach(refused);
    List<String> shortened = dialogues.examples(splits);
    List<GroupCard> accounts =
        groups.stream().map(group -> new GroupCard(group.group(), counts(group))).toList();
    Counts all = accounts.stream().map(GroupCard::counts).reduce(Counts::plus).orElseThrow();
    return new DatasetCard(
        datasetId,
        spec,
        sha256,
        all.withShortened(shortened.size()),
        listed(groups, GroupSurvey::refused),
        listed(groups, GroupSurvey::merged),
        listed(groups, GroupSurvey::renormalised),
        shortened,
        splits.finish(),
        groups.stream()
            .flatMap(
                group ->
                    group.questions().stream().map(question -> question(group.group(), question)))
            .toList(),
        files(refused),
        groups.size() == 1 ? null : accounts,
        dialogues.card(),
        source.revision());
  }

  private static Counts counts(GroupSurvey survey) {
    return new Counts(
        survey.rows(),
        survey.withoutGroup(),
        survey.refused().size(),
        survey.merged().size(),
        survey.questions().size(),
        survey.renormalised().size(),
        survey.percentages(),
        0);
  }

  /** By row; what concerns all groups stands there once. */
  private static List<RowNote> listed(
      List<GroupSurvey> groups, Function<GroupSurvey, List<RowNote>> notes) {
    return noted(groups, notes).limit(Bounds.LISTED_ROWS).toList();
  }

  private static Stream<RowNote> noted(
      List<GroupSurvey> groups, Function<GroupSurvey, List<RowNote>> notes) {
    return groups.stream()
        .flatMap(group -> notes.apply(group).stream())
        .distinct()
        .sorted(Comparator.comparingLong(RowNote::row));
  }

  private static List<String> files(RefusedRows refused) {
    return refused.any()
        ? Stream.concat(FILES.stream(), Stream.of(DatasetCard.REFUSED_FILE)).toList()
        : FILES;
  }

  private static Question question(String group, GroupQuestion question) {
    return new Question(
        question.id(),
        question.row(),
        question.text(),
        question.answers().stream()
            .map(a -> new Answer(a.option(), a.belief(), a.rule(), a.share()))
            .toList(),
        question.beliefs().probabilities(),
        question.beliefs().majority(),
        group);
  }

  private static DatasetCard fromExamples(
      String datasetId,
      DatasetSpec spec,
      Source source,
      String sha256,
      SplitFiles splits,
      RefusedRows refused) {
    Set<Fingerprint> questions = new HashSet<>();
    List<Question> listed = new ArrayList<>();
    long[] rows = {0};
    ReadyExamples.Account left =
        ReadyExamples.read(
            source.path(),
            spec,
            (split, example) -> {
              splits.accept(split, example);
              rows[0]++;
              if (questions.add(Fingerprint.of(example.asked()))
                  && example.hasBeliefs()
                  && listed.size() < Bounds.LISTED_QUESTIONS) {
                listed.add(question(example));
              }
            },
            refused);
    return new DatasetCard(
        datasetId,
        spec,
        sha256,
        new Counts(
            rows[0] + left.others() + left.refused() + left.merged(),
            left.others(),
            left.refused(),
            left.merged(),
            questions.size(),
            0,
            0,
            0),
        left.notes(),
        List.of(),
        List.of(),
        List.of(),
        splits.finish(),
        listed,
        files(refused),
        null,
        null,
        source.revision());
  }

  private static Question question(PreferenceExample example) {
    return new Question(
        Reason.beginning(example.questionId(), Bounds.NAME),
        null,
        Reason.beginning(example.prompt(), Bounds.NAME),
        null,
        example.opinion().probabilities(),
        new BeliefDistribution(example.opinion().probabilities()).majority(),
        example.group().isEmpty() ? null : example.group());
  }
}
