package io.gdpo.evaluation.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.WorkerProcess;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.Checkpoint;
import io.gdpo.contracts.job.EvaluationResult;
import io.gdpo.contracts.job.EvaluationTask;
import io.gdpo.contracts.job.QuestionResult;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.contracts.spec.EvaluationSpec;
import io.gdpo.contracts.view.EvaluationProgress;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.lm.batch.PassSizes;
import io.gdpo.lm.batch.TokenBatch;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ForwardPass;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.TinyWorld;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole command on real files with a real, random model. */
class EvaluateCommandTest {
  @TempDir static Path home;
  private static TinyWorld world;

  private final ByteArrayOutputStream output = new ByteArrayOutputStream();

  @BeforeAll
  static void make() throws IOException {
    world = TinyWorld.in(home.resolve("world"));
  }

  @Test
  void measuresEveryQuestionAndSaysHowFarItIs() throws IOException {
    EvaluationResult result = evaluate("one", world.checkpoint("one", "tiny"));

    assertThat(result.questions())
        .extracting(QuestionResult::questionId)
        .containsExactly("bees", "rain", "tram");
    assertThat(result.prompts()).isEqualTo(6);
    assertThat(result.samples()).isEqualTo(24);
    assertThat(result.pairs()).isEqualTo(10);
    assertThat(result.metrics().keySet())
        .contains(
            "jsd",
            "belief_mass",
            "cbc",
            "margin_majority",
            "margin_minority",
            "accuracy",
            "yardstick/uniform");
    // A random model finds all 257 tokens about alike.
    assertThat(result.metrics().get("belief_mass")).isCloseTo(6 / 257.0, within(0.01));
    assertThat(result.metrics().get("jsd"))
        .isCloseTo(result.metrics().get("yardstick/uniform"), within(0.05));
    for (QuestionResult question : result.questions()) {
      assertThat(question.predicted().stream().mapToDouble(p -> p).sum())
          .isCloseTo(1, within(1e-9));
      assertThat(
              question.sampled().stream().mapToInt(c -> c).sum() + question.sampledWithoutBelief())
          .isEqualTo(8);
    }
    assertThat(output.toString(StandardCharsets.UTF_8))
        .contains("3 questions, 6 prompts, 10 examples")
        .contains("beliefs: 6 of 6 prompts");
    // The last work, as it began or later: it is told of at most once in a second.
    EvaluationProgress told =
        Json.EVENTS.readValue(
            home.resolve("one").resolve("progress.json").toFile(), EvaluationProgress.class);
    assertThat(told.work()).isEqualTo("responses by the reference");
    assertThat(told.total()).isPositive().isGreaterThanOrEqualTo(told.done());
  }

  @Test
  void of_pairs_that_tell_no_beliefs_only_what_pairs_show_is_measured() throws IOException {
    List<PreferenceExample> pairs =
        PreferenceDataset.read(world.dataset(), Split.TEST).stream()
            .map(
                it ->
                    PreferenceExample.ofPair(it.prompt(), "pairs", it.chosen(), it.rejected(), ""))
            .toList();
    Checkpoint c = world.checkpoint("plain", "tiny");
    String data = written("pairs", pairs);

    EvaluationResult result = evaluate("plain", withUris(c, c.modelUri(), c.referenceUri(), data));
    EvaluationResult ofItself = evaluate("itself", withUris(c, c.modelUri(), c.modelUri(), data));
    EvaluationResult withoutReference = evaluate("without", withUris(c, c.modelUri(), null, data));

    assertThat(result.questions()).isEmpty();
    assertThat(result.pairs()).isEqualTo(10);
    assertThat(result.samples()).isZero();
    assertThat(result.metrics()).containsOnlyKeys("pair_accuracy", "margin", "accuracy");
    assertThat(result.metrics().get("margin")).isNotZero();
    assertThat(ofItself.metrics().get("margin")).isCloseTo(0, within(1e-9));
    assertThat(ofItself.metrics().get("pair_accuracy"))
        .isEqualTo(result.metrics().get("pair_accuracy"));
    assertThat(withoutReference.metrics()).containsOnlyKeys("pair_accuracy");
  }

  @Test
  void of_responses_that_are_judged_by_themselves_good_and_bad_ones_are_told_apart()
      throws IOException {
    List<PreferenceExample> pairs =
        PreferenceDataset.read(world.dataset(), Split.TEST).stream()
            .map(it -> PreferenceExample.ofPair(it.prompt(), "p", it.chosen(), it.rejected(), ""))
            .toList();
    List<PreferenceExample> judged =
        pairs.stream()
            .flatMap(
                it ->
                    Stream.of(
                        PreferenceExample.ofJudged(it.prompt(), "j", it.chosen(), true, ""),
                        PreferenceExample.ofJudged(it.prompt(), "j", it.rejected(), false, "")))
            .toList();
    Checkpoint c = world.checkpoint("judged", "tiny");
    String asPairs = written("as-pairs", pairs);
    String asJudged = written("as-judged", judged);

    EvaluationResult ofPairs =
        evaluate("of-pairs", withUris(c, c.modelUri(), c.referenceUri(), asPairs));
    EvaluationResult result =
        evaluate("judged", withUris(c, c.modelUri(), c.referenceUri(), asJudged));
    EvaluationResult ofItself =
        evaluate("judged-itself", withUris(c, c.modelUri(), c.modelUri(), asJudged));
    EvaluationResult withoutReference =
        evaluate("judged-without", withUris(c, c.modelUri(), null, asJudged));

    assertThat(result.pairs()).isEqualTo(20);
    assertThat(result.metrics()).containsOnlyKeys("judged_auc", "judged_reward_auc", "margin");
    assertThat(result.metrics().get("margin"))
        .isNotZero()
        .isCloseTo(ofPairs.metrics().get("margin"), within(1e-6));
    assertThat(ofItself.metrics()).containsEntry("judged_reward_auc", 0.5);
    assertThat(withoutReference.metrics()).containsOnlyKeys("judged_auc");
  }

  private String written(String name, List<PreferenceExample> split) throws IOException {
    Path folder = Files.createDirectories(home.resolve(name));
    new PreferenceDataset(split, split, split).write(folder);
    return folder.toUri().toString();
  }

  @Test
  void equalSeedsGiveEqualResults() throws IOException {
    EvaluationResult once = evaluate("same", world.checkpoint("same", "tiny"));
    EvaluationResult again = evaluate("same-2", world.checkpoint("same", "tiny"));
    assertThat(again.questions()).isEqualTo(once.questions());
    assertThat(again.metrics()).isEqualTo(once.metrics());
  }

  @Test
  void aModelIsNoBetterThanItself() throws IOException {
    Checkpoint c = world.checkpoint("self", "tiny");
    EvaluationResult result =
        evaluate("self", withUris(c, c.modelUri(), c.modelUri(), c.datasetUri()));
    assertThat(result.metrics().get("margin")).isCloseTo(0, within(1e-9));
    assertThat(result.metrics()).containsEntry("accuracy", 0.0);
  }

  @Test
  void sharedPromptsScoreAsIfEachResponseStoodAlone() throws IOException {
    List<PreferenceExample> test = PreferenceDataset.read(world.dataset(), Split.TEST);
    try (Tokenizer tokenizer = Tokenizer.load(world.policy());
        CausalLanguageModel model = CausalLanguageModel.load(world.policy(), Device.cpu())) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, TinyWorld.POSITIONS, 60);
      List<EncodedExample> encoded = test.stream().map(encoder::encode).toList();
      List<Function<EncodedExample, long[]>> responses =
          List.of(
              EncodedExample::chosen,
              EncodedExample::rejected,
              EncodedExample::rejectedUnderBelief);
      for (PassSizes sizes : List.of(PassSizes.OF_CPU, PassSizes.OF_GPU.ofTokens(200))) {
        ResponseScorer.Scores scores =
            new ResponseScorer(model, sizes)
                .score(
                    encoded,
                    responses,
                    "pairs",
                    new Progress(new PrintStream(output), how -> {}, how -> {}));
        for (EncodedExample example : encoded) {
          for (Function<EncodedExample, long[]> response : responses) {
            assertThat(scores.of(example.prompt(), response.apply(example)))
                .isCloseTo(alone(model, example.prompt(), response.apply(example)), within(1e-4));
          }
        }
      }
    }
  }

  @Test
  void aCheckpointThatCannotBeMeasuredLeavesItsReason() throws IOException {
    Checkpoint c = world.checkpoint("no-model", "tiny");
    String nowhere = home.resolve("nowhere").toUri().toString();
    assertThat(run("no-model", withUris(c, nowhere, c.referenceUri(), c.datasetUri())))
        .isEqualTo(ExitCode.FAILED);
    assertThat(reason("no-model")).contains("nowhere");

    Path empty = Files.createDirectories(home.resolve("empty"));
    assertThat(
            run("no-data", withUris(c, c.modelUri(), c.referenceUri(), empty.toUri().toString())))
        .isEqualTo(ExitCode.FAILED);
    assertThat(reason("no-data")).contains("train.parquet");

    Checkpoint cut = withUris(c, empty.toUri().toString(), c.referenceUri(), c.datasetUri());
    assertThat(run("no-tokenizer", cut)).isEqualTo(ExitCode.FAILED);
    assertThat(reason("no-tokenizer")).contains("tokenizer.json");
  }

  @Test
  void aModelThatGivesNanIsRefusedByNameAndNotMeasured() throws IOException {
    Path damaged = home.resolve("damaged");
    try (CausalLanguageModel model = CausalLanguageModel.load(world.policy(), Device.cpu())) {
      NDArray norm = model.parameters().get("transformer.ln_f.weight");
      float[] values = norm.toFloatArray();
      values[0] = Float.NaN;
      norm.set(values);
      model.save(damaged, world.policy());
    }
    Checkpoint c = world.checkpoint("nan", "tiny");
    String uri = damaged.toUri().toString();

    assertThat(run("nan", withUris(c, uri, c.referenceUri(), c.datasetUri())))
        .isEqualTo(ExitCode.FAILED);
    assertThat(reason("nan")).contains("the model gives NaN");
    assertThat(run("nan-reference", withUris(c, c.modelUri(), uri, c.datasetUri())))
        .isEqualTo(ExitCode.FAILED);
    assertThat(reason("nan-reference")).contains("responses by the reference", "gives NaN");
  }

  @Test
  void aReferenceWithAnotherVocabularyIsRefusedWithBothNamesAndSizes() throws IOException {
    Path other = home.resolve("other");
    try (CausalLanguageModel model =
        CausalLanguageModel.random(
            ModelConfig.gpt2(200, TinyWorld.POSITIONS, 16, 1, 2), 1, Device.cpu())) {
      model.save(other, world.policy());
    }
    Checkpoint c = world.checkpoint("other-words", "tiny");

    assertThat(
            run("other-words", withUris(c, c.modelUri(), other.toUri().toString(), c.datasetUri())))
        .isEqualTo(ExitCode.FAILED);
    assertThat(reason("other-words"))
        .contains("the reference model " + other, "embeds 200 tokens", "tokens up to 256");
  }

  @Test
  void aCommandLineWithoutRequestIsMisuse() {
    WorkerProcess<EvaluationTask> command = process(new PrintStream(output));
    assertThat(command.execute()).isEqualTo(ExitCode.USAGE);
    assertThat(command.execute("--job", home.resolve("absent.json").toUri().toString()))
        .isEqualTo(ExitCode.USAGE);
    assertThat(output.toString(StandardCharsets.UTF_8)).contains("Usage:", "absent.json");
  }

  private static double alone(CausalLanguageModel model, long[] prompt, long[] response) {
    long[] all = LongStream.concat(LongStream.of(prompt), LongStream.of(response)).toArray();
    long[] rows = LongStream.range(prompt.length - 1L, all.length - 1L).toArray();
    try (NDManager step = model.parameters().manager().newSubManager()) {
      ForwardPass pass = model.forward(step, TokenBatch.ofSequences(List.of(all)));
      double sum = 0;
      for (float logProb : pass.selectedLogProbs(rows, response).toFloatArray()) {
        sum += logProb;
      }
      return sum;
    }
  }

  private EvaluationResult evaluate(String folder, Checkpoint checkpoint) throws IOException {
    assertThat(run(folder, checkpoint))
        .as(output.toString(StandardCharsets.UTF_8))
        .isEqualTo(ExitCode.DONE);
    return Json.EVENTS.readValue(
        home.resolve(folder).resolve("evaluation.json").toFile(), EvaluationResult.class);
  }

  private int run(String folder, Checkpoint checkpoint) throws IOException {
    return run(folder, checkpoint, TinyWorld.SPEC);
  }

  private int run(String folder, Checkpoint checkpoint, EvaluationSpec spec) throws IOException {
    Path request = Files.createDirectories(home.resolve(folder)).resolve("job.json");
    Json.EVENTS.writeValue(request.toFile(), new EvaluationTask(checkpoint, spec));
    PrintStream stream = new PrintStream(output, true, StandardCharsets.UTF_8);
    return process(stream).execute("--job", request.toUri().toString());
  }

  private static WorkerProcess<EvaluationTask> process(PrintStream console) {
    return new WorkerProcess<>(new EvaluateCommand("cpu"), console);
  }

  private static String reason(String folder) throws IOException {
    return Json.EVENTS
        .readValue(home.resolve(folder).resolve(WorkOutcome.FILE).toFile(), WorkOutcome.class)
        .reason();
  }

  private static Checkpoint withUris(Checkpoint c, String model, String reference, String dataset) {
    return new Checkpoint(
        c.id(),
        c.jobId(),
        c.experiment(),
        c.stage(),
        c.loss(),
        c.kind(),
        c.step(),
        model,
        reference,
        dataset,
        c.progressUri(),
        c.beta(),
        c.maxLength(),
        c.maxPromptLength());
  }
}
