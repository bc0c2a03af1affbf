package io.gdpo.evaluator.report;

import static io.gdpo.contracts.metric.MetricKey.JSD;

import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.contracts.metric.MetricKey;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.state.EvaluationStatus;
import io.gdpo.evaluator.interval.Bootstrap;
import io.gdpo.evaluator.interval.Comparison;
import io.gdpo.evaluator.interval.Interval;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What an experiment has shown so far: every stage against every metric, the yardsticks beside
 * them, and each question across stages. The one model behind JSON, Markdown and HTML.
 *
 * @param complete whether every evaluation that the evaluator knows of has ended
 * @param yardsticks JSD of the yardsticks on the same data; empty until a stage is evaluated
 * @param comparisons of each two stages' JSD, on the questions that both answered
 * @param notes what a reader must know before comparing stages
 */
public record ExperimentReport(
    String experiment,
    Instant generatedAt,
    boolean complete,
    List<StageReport> stages,
    Map<String, Double> yardsticks,
    List<QuestionReport> questions,
    List<Comparison> comparisons,
    List<String> notes) {
  private static final int WORST_KEPT = 5;

  /**
   * A checkpoint's evaluation as the evaluator's records have it.
   *
   * @param notes what of it could not be read
   */
  public record Entry(
      Checkpoint checkpoint,
      EvaluationSpec evaluation,
      EvaluationStatus status,
      Optional<String> reason,
      Optional<EvaluationResult> result,
      JobProgress progress,
      List<String> notes) {}

  /** The report of an experiment's evaluations, given in the order in which they came. */
  public static ExperimentReport of(String experiment, List<Entry> entries, Instant now) {
    Map<String, Long> checkpointsOfStage =
        entries.stream()
            .collect(Collectors.groupingBy(e -> e.checkpoint().stage(), Collectors.counting()));
    List<StageReport> stages = new ArrayList<>();
    Set<String> groups = groups(entries);
    Map<String, QuestionReport> questions = new LinkedHashMap<>();
    Map<String, Double> yardsticks = new LinkedHashMap<>();
    for (Entry entry : entries) {
      String stage = entry.checkpoint().stage();
      String name =
          checkpointsOfStage.get(stage) == 1
              ? stage
              : stage + " (" + entry.checkpoint().kind().label() + ")";
      Map<String, Double> metrics = new LinkedHashMap<>();
      entry
          .result()
          .ifPresent(
              result -> {
                result.questions().forEach(q -> add(q, name, groups, questions));
                metrics.putAll(MetricKey.among(MetricKey.ofModels(), result.metrics()));
                MetricKey.among(MetricKey.yardsticks(), result.metrics())
                    .forEach(yardsticks::putIfAbsent);
              });
      stages.add(
          new StageReport(
              name,
              entry.checkpoint(),
              entry.evaluation(),
              entry.status(),
              entry.reason().orElse(null),
              entry.result().map(EvaluationResult::seconds).orElse(null),
              metrics,
              entry.result().map(ExperimentReport::intervals).orElse(Map.of()),
              entry.result().map(result -> byGroup(result, groups)).orElse(null),
              entry.result().map(result -> worst(result, groups)).orElse(List.of()),
              entry.progress().lines()));
    }
    return new ExperimentReport(
        experiment,
        now,
        stages.stream().allMatch(s -> s.status().isTerminal()),
        stages,
        yardsticks,
        List.copyOf(questions.values()),
        comparisons(stages, questions.values()),
        notes(entries));
  }

  /** Of what stands first in reports: an interval of every metric would take long. */
  private static Map<String, Interval> intervals(EvaluationResult result) {
    Map<String, Interval> intervals = new LinkedHashMap<>();
    for (MetricKey key : MetricKey.headline()) {
      double[] values =
          result.questions().stream()
              .map(question -> question.metrics().get(key.id()))
              .filter(Objects::nonNull)
              .mapToDouble(Double::doubleValue)
              .toArray();
      Bootstrap.ofMean(values).ifPresent(interval -> intervals.put(key.id(), interval));
    }
    return intervals;
  }

  private static List<Comparison> comparisons(
      List<StageReport> stages, Collection<QuestionReport> questions) {
    List<Comparison> comparisons = new ArrayList<>();
    for (int i = 1; i < stages.size(); i++) {
      for (int j = 0; j < i; j++) {
        String stage = stages.get(i).name();
        String than = stages.get(j).name();
        Comparison.of(
                stage, distances(stage, questions), than, distances(than, questions), JSD.id())
            .ifPresent(comparisons::add);
      }
    }
    return comparisons;
  }

  private static Map<String, Double> distances(String stage, Collection<QuestionReport> questions) {
    Map<String, Double> distances = new LinkedHashMap<>();
    for (QuestionReport question : questions) {
      QuestionReport.Answer answer = question.stages().get(stage);
      if (answer != null && answer.metrics().containsKey(JSD.id())) {
        distances.put(question.questionId(), answer.metrics().get(JSD.id()));
      }
    }
    return distances;
  }

  /** The groups of the data, in order; empty if it names none or one. */
  private static Set<String> groups(List<Entry> entries) {
    Set<String> groups = new LinkedHashSet<>();
    for (Entry entry : entries) {
      entry
          .result()
          .ifPresent(
              result ->
                  result.questions().stream()
                      .map(QuestionResult::group)
                      .filter(Objects::nonNull)
                      .forEach(groups::add));
    }
    return groups.size() > 1 ? groups : Set.of();
  }

  /** What one of several groups was asked is another question than what the next one was. */
  private static String id(QuestionResult result, Set<String> groups) {
    return isOfSeveral(result, groups)
        ? result.questionId() + ", " + result.group()
        : result.questionId();
  }

  private static boolean isOfSeveral(QuestionResult result, Set<String> groups) {
    return result.group() != null && groups.contains(result.group());
  }

  private static Map<String, Map<String, Double>> byGroup(
      EvaluationResult result, Set<String> groups) {
    Map<String, Map<String, Double>> means = new LinkedHashMap<>();
    for (String group : groups) {
      Map<String, DoubleSummaryStatistics> ofGroup = new LinkedHashMap<>();
      result.questions().stream()
          .filter(question -> group.equals(question.group()))
          .flatMap(question -> question.metrics().entrySet().stream())
          .forEach(
              metric ->
                  ofGroup
                      .computeIfAbsent(metric.getKey(), key -> new DoubleSummaryStatistics())
                      .accept(metric.getValue()));
      Map<String, Double> mean = new LinkedHashMap<>();
      ofGroup.forEach((metric, values) -> mean.put(metric, values.getAverage()));
      means.put(group, MetricKey.among(MetricKey.ofModels(), mean));
    }
    return means.isEmpty() ? null : means;
  }

  private static void add(
      QuestionResult result,
      String stage,
      Set<String> groups,
      Map<String, QuestionReport> questions) {
    questions
        .computeIfAbsent(
            id(result, groups),
            id ->
                new QuestionReport(
                    id,
                    isOfSeveral(result, groups)
                        ? result.group() + ": " + result.question()
                        : result.question(),
                    result.options(),
                    result.target(),
                    result.group(),
                    new LinkedHashMap<>()))
        .stages()
        .put(
            stage,
            new QuestionReport.Answer(
                result.predicted(),
                result.sampled(),
                result.sampledWithoutBelief(),
                result.metrics(),
                result.examples()));
  }

  private static List<String> worst(EvaluationResult result, Set<String> groups) {
    return result.questions().stream()
        .sorted(
            Comparator.comparingDouble((QuestionResult q) -> q.metrics().get(JSD.id())).reversed())
        .limit(WORST_KEPT)
        .map(question -> id(question, groups))
        .toList();
  }

  private static List<String> notes(List<Entry> entries) {
    List<String> notes = new ArrayList<>();
    long settings = entries.stream().map(Entry::evaluation).distinct().count();
    long data = entries.stream().map(e -> e.checkpoint().datasetUri()).distinct().count();
    if (settings > 1 || data > 1) {
      notes.add(
          "The stages were not all evaluated on the same data with the same settings: compare with"
              + " care; yardsticks are of the first.");
    }
    for (Entry entry : entries) {
      notes.addAll(entry.notes());
      if (entry.progress().unreadable() > 0) {
        notes.add(
            String.format(
                Locale.ROOT,
                "%d lines of %s cannot be read; the curves of %s lack them.",
                entry.progress().unreadable(),
                entry.checkpoint().progressUri(),
                entry.checkpoint().stage()));
      }
    }
    return notes;
  }

  /** The question with this id, which one of the stages answered. */
  public QuestionReport question(String id) {
    return questions.stream().filter(q -> q.questionId().equals(id)).findFirst().orElseThrow();
  }
}
