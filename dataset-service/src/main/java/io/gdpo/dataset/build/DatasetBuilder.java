package io.gdpo.dataset.build;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.DatasetSpec.SynthesisSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.dataset.belief.BeliefDistribution;
import io.gdpo.dataset.build.DatasetCard.Answer;
import io.gdpo.dataset.build.DatasetCard.Counts;
import io.gdpo.dataset.build.DatasetCard.Question;
import io.gdpo.dataset.build.DatasetCard.SplitCard;
import io.gdpo.dataset.examples.ReadyExamples;
import io.gdpo.dataset.survey.GroupQuestion;
import io.gdpo.dataset.survey.GroupSurvey;
import io.gdpo.dataset.synthesis.Dialogues;
import io.gdpo.lm.Tokenizer;
import io.gdpo.platform.artifact.ArtifactStore;
import jakarta.enterprise.context.ApplicationScoped;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Builds one dataset from its specification and publishes it whole: the three splits and the card.
 * The same specification and source give the same examples, so building twice does no harm.
 */
@ApplicationScoped
public class DatasetBuilder {
  /** Nothing is cut while lengths are measured. */
  private static final int UNBOUNDED = 1 << 24;

  private final Sources sources;
  private final ArtifactStore artifacts;

  DatasetBuilder(Sources sources, ArtifactStore artifacts) {
    this.sources = sources;
    this.artifacts = artifacts;
  }

  /**
   * A published dataset.
   *
   * @param uri its artifact folder
   */
  public record Built(URI uri, DatasetCard card) {
    /** Examples by split name. */
    public Map<String, Long> examplesBySplit() {
      Map<String, Long> examples = new LinkedHashMap<>();
      card.splits().forEach((split, statistics) -> examples.put(split, statistics.examples()));
      return examples;
    }
  }

  private record Content(PreferenceDataset dataset, DatasetCard card) {}

  /** Where the datasets lie in the artifact store. */
  static String key(String datasetId) {
    return "datasets/" + datasetId;
  }

  /**
   * Builds and publishes.
   *
   * @throws io.gdpo.dataset.DatasetException if the source cannot be used
   * @throws io.gdpo.data.PreferenceDataException if the tokenizer does not suit the data
   * @throws io.gdpo.lm.InvalidModelException if the tokenizer cannot be used
   */
  public Built build(String datasetId, DatasetSpec spec) {
    Content content =
        spec.survey() != null
            ? fromSurvey(datasetId, spec, sources.path("survey", spec.survey()))
            : fromExamples(datasetId, spec, sources.path("examples", spec.examples()));
    DatasetCard card = withStatistics(content, spec);
    return new Built(publish(datasetId, content.dataset, card), card);
  }

  private static Content fromSurvey(String datasetId, DatasetSpec spec, Path file) {
    GroupSurvey survey = GroupSurvey.read(file, spec.group());
    Dialogues.Synthesis synthesis = new Dialogues(spec.synthesis()).of(survey.questions());
    Counts counts =
        new Counts(
            survey.rows(),
            survey.withoutGroup(),
            survey.refused().size(),
            survey.merged().size(),
            survey.questions().size(),
            survey.renormalised().size(),
            survey.percentages(),
            synthesis.shortened().size());
    List<Question> questions = survey.questions().stream().map(DatasetBuilder::question).toList();
    return new Content(
        synthesis.dataset(),
        new DatasetCard(
            datasetId,
            spec,
            Sources.sha256(file),
            counts,
            survey.refused(),
            survey.merged(),
            survey.renormalised(),
            synthesis.shortened(),
            Map.of(),
            questions));
  }

  private static Question question(GroupQuestion question) {
    return new Question(
        question.id(),
        question.row(),
        question.text(),
        question.answers().stream()
            .map(a -> new Answer(a.option(), a.belief(), a.rule(), a.share()))
            .toList(),
        question.beliefs().probabilities(),
        question.beliefs().majority());
  }

  private static Content fromExamples(String datasetId, DatasetSpec spec, Path source) {
    long seed = Optional.ofNullable(spec.synthesis()).map(SynthesisSpec::seed).orElse(0L);
    PreferenceDataset dataset = ReadyExamples.read(source, seed);
    Map<String, Question> questions = new LinkedHashMap<>();
    long rows = 0;
    for (Split split : Split.values()) {
      rows += dataset.of(split).size();
      for (PreferenceExample example : dataset.of(split)) {
        questions.computeIfAbsent(example.questionId(), id -> question(example));
      }
    }
    return new Content(
        dataset,
        new DatasetCard(
            datasetId,
            spec,
            Sources.sha256(source),
            new Counts(rows, 0, 0, 0, questions.size(), 0, 0, 0),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            Map.of(),
            List.copyOf(questions.values())));
  }

  private static Question question(PreferenceExample example) {
    return new Question(
        example.questionId(),
        null,
        example.prompt(),
        null,
        example.probabilities(),
        new BeliefDistribution(example.probabilities()).majority());
  }

  private DatasetCard withStatistics(Content content, DatasetSpec spec) {
    DatasetCard card = content.card;
    return new DatasetCard(
        card.datasetId(),
        card.spec(),
        card.sourceSha256(),
        card.counts(),
        card.refused(),
        card.merged(),
        card.renormalised(),
        card.shortened(),
        statistics(content.dataset, spec),
        card.questions());
  }

  private Map<String, SplitCard> statistics(PreferenceDataset dataset, DatasetSpec spec) {
    if (spec.tokenizer() == null) {
      return statistics(dataset, Optional.empty());
    }
    try (Tokenizer tokenizer = Tokenizer.load(sources.path("tokenizer", spec.tokenizer()))) {
      return statistics(
          dataset, Optional.of(new ExampleEncoder(tokenizer, UNBOUNDED, UNBOUNDED / 2)));
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot read tokenizer " + spec.tokenizer(), e);
    }
  }

  private static Map<String, SplitCard> statistics(
      PreferenceDataset dataset, Optional<ExampleEncoder> encoder) {
    Map<String, SplitCard> splits = new LinkedHashMap<>();
    for (Split split : Split.values()) {
      splits.put(
          split.name().toLowerCase(Locale.ROOT), SplitStatistics.of(dataset.of(split), encoder));
    }
    return splits;
  }

  /** Made complete in a temporary place; the store lets it appear whole. */
  private URI publish(String datasetId, PreferenceDataset dataset, DatasetCard card) {
    try {
      Path temporary = Files.createTempDirectory("dataset-");
      try {
        Path folder = Files.createDirectory(temporary.resolve("complete"));
        dataset.write(folder);
        Json.EVENTS
            .writerWithDefaultPrettyPrinter()
            .writeValue(folder.resolve(DatasetCard.FILE).toFile(), card);
        return artifacts.publish(folder, key(datasetId));
      } finally {
        delete(temporary);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot store dataset " + datasetId, e);
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> below = Files.walk(folder)) {
      for (Path path : below.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
