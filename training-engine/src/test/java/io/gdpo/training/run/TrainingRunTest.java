package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.spec.ModelSpec.RandomInit;
import io.gdpo.contracts.state.Phase;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.lm.folder.AdapterFolder;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.memory.AvailableMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class TrainingRunTest {
  private static final String WEIGHTS = "model.safetensors";

  @TempDir private Path temporary;
  private SmallGroup group;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();

  @BeforeEach
  void write() throws IOException {
    group = SmallGroup.in(temporary);
  }

  @ParameterizedTest
  @EnumSource(Loss.class)
  void every_loss_goes_down_and_leaves_models_that_load(Loss loss) throws IOException {
    TrainingJob job = group.job("job", Map.of("loss", loss.label(), "epochs", 8));

    TrainingResult result = finish(job);

    assertThat(result.step()).isEqualTo(24);
    assertThat(result.examples()).isEqualTo(8 * 24);
    assertThat(result.tokensPerSecond()).isPositive();
    assertThat(result.peakResidentBytes()).isGreaterThan(1L << 20);
    List<Map<String, Double>> evaluations = group.metrics(job, Phase.EVAL);
    assertThat(evaluations).hasSize(9);
    assertThat(result.bestMetric()).isLessThan(evaluations.get(0).get("loss"));
    for (Path model : List.of(group.folder(job).best(), group.folder(job).last())) {
      TrainingJob next = group.child("next-" + model.getFileName(), model, Map.of("loss", "sft"));
      assertThat(finish(next).step()).isEqualTo(6);
    }
  }

  @Test
  void gdpo_moves_the_belief_distribution_to_the_groups() throws IOException {
    TrainingJob job = group.job("gdpo", Map.of("loss", "gdpo", "epochs", 24));

    finish(job);

    List<Map<String, Double>> evaluations = group.metrics(job, Phase.EVAL);
    Map<String, Double> first = evaluations.get(0);
    Map<String, Double> last = evaluations.get(evaluations.size() - 1);
    assertThat(first.get("jsd")).isGreaterThan(0.3);
    assertThat(last.get("jsd")).isLessThan(0.1);
    assertThat(last.get("belief_mass")).isGreaterThan(0.9);
    assertThat(first.get("rewards/margin")).isCloseTo(0, within(1e-5));
    assertThat(last).containsKeys("rewards/margin_majority", "rewards/margin_minority", "kl");
    assertThat(group.metrics(job, Phase.TRAIN).get(0))
        .containsKeys("grad_norm", "learning_rate", "examples_per_second");
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"SFT", "GDPO", "GDPO_KTO"})
  void a_run_that_was_interrupted_ends_with_the_very_same_bytes(Loss loss) throws IOException {
    Map<String, Object> settings = Map.of("loss", loss.label(), "checkpoint_every", 4);
    TrainingJob whole = group.job("whole", settings);
    TrainingJob parts = group.job("parts", settings);

    finish(whole);
    AtomicInteger asked = new AtomicInteger();
    assertThat(train(parts, () -> asked.incrementAndGet() > 2)).isEmpty();
    assertThat(group.folder(parts).outcome()).doesNotExist();
    AtomicInteger askedAgain = new AtomicInteger();
    assertThat(train(parts, () -> askedAgain.incrementAndGet() > 3)).isEmpty();
    TrainingResult result = finish(parts);

    assertThat(result.step()).isEqualTo(6);
    for (String model : List.of("best", "final")) {
      assertThat(group.folder(parts).root().resolve(model).resolve(WEIGHTS))
          .hasSameBinaryContentAs(group.folder(whole).root().resolve(model).resolve(WEIGHTS));
    }
    assertThat(progress(parts)).isEqualTo(progress(whole));
  }

  @Test
  void low_rank_updates_are_trained_alone_resumed_exactly_and_used_like_whole_models()
      throws IOException {
    TrainingJob parent = group.job("parent", Map.of("loss", "sft"));
    finish(parent);
    Path start = group.folder(parent).last();
    Map<String, Object> settings =
        Map.of(
            "loss",
            "gdpo",
            "checkpoint_every",
            4,
            "lora",
            Map.of("rank", 4),
            "learning_rate",
            3e-2);
    TrainingJob whole = group.child("whole", start, settings);
    TrainingJob parts = group.child("parts", start, settings);

    TrainingResult result = finish(whole);
    AtomicInteger asked = new AtomicInteger();
    train(parts, () -> asked.incrementAndGet() > 3);
    finish(parts);

    assertThat(group.folder(parts).last().resolve("adapter_model.safetensors"))
        .hasSameBinaryContentAs(group.folder(whole).last().resolve("adapter_model.safetensors"));
    assertThat(group.folder(whole).last().resolve(WEIGHTS)).doesNotExist();
    List<Map<String, Double>> evaluations = group.metrics(whole, Phase.EVAL);
    assertThat(evaluations.get(0).get("rewards/chosen")).isCloseTo(0, within(1e-6));
    assertThat(result.bestMetric()).isLessThan(evaluations.get(0).get("loss"));

    TrainingJob merged =
        group.child(
            "merged",
            group.folder(whole).last(),
            Map.of("loss", "sft", "lora", Map.of("rank", 2, "merge", true)));
    finish(merged);
    assertThat(group.folder(merged).last().resolve(WEIGHTS)).exists();
    finish(group.child("all-weights", group.folder(whole).last(), Map.of("loss", "sft")));
  }

  @Test
  void batches_laid_out_ahead_give_the_very_same_weights() throws IOException {
    TrainingJob ahead = group.job("ahead", Map.of("loss", "gdpo"));
    TrainingJob inTurn =
        group.job("in-turn", Map.of("loss", "gdpo", "levers", Map.of("prefetch", false)));

    finish(ahead);
    finish(inTurn);

    assertThat(group.folder(inTurn).last().resolve(WEIGHTS))
        .hasSameBinaryContentAs(group.folder(ahead).last().resolve(WEIGHTS));
  }

  @Test
  void damaged_reference_log_probabilities_are_refused_by_file() throws IOException {
    finish(group.job("first", Map.of("loss", "dpo")));
    Path shared = group.folder(group.job("any", Map.of("loss", "sft"))).root();
    shared = shared.getParent().resolveSibling("reference-log-probs");
    try (Stream<Path> files = Files.list(shared)) {
      for (Path file : files.toList()) {
        Files.write(file, new byte[] {1, 2, 3});
      }
    }

    assertThatThrownBy(() -> finish(group.job("second", Map.of("loss", "dpo"))))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining(shared.toString())
        .hasMessageContaining("delete the file");
  }

  @Test
  void a_damaged_checkpoint_is_passed_over_for_the_one_before_it() throws IOException {
    TrainingJob job = group.job("job", Map.of("loss", "sft", "checkpoint_every", 1));
    AtomicInteger asked = new AtomicInteger();
    train(job, () -> asked.incrementAndGet() > 4);
    Path newest = group.folder(job).checkpoints().resolve("step-4");
    Files.write(newest.resolve("optimizer.safetensors"), new byte[] {0}, StandardOpenOption.APPEND);

    finish(job);

    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("step-4 is damaged and passed over: optimizer.safetensors has")
        .contains("resumed from " + newest.resolveSibling("step-3"));
    try (Stream<Path> kept = Files.list(group.folder(job).checkpoints())) {
      assertThat(kept.map(p -> p.getFileName().toString()))
          .containsExactlyInAnyOrder("step-5", "step-6");
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Loss.class,
      names = {"SFT", "GDPO", "KTO"})
  void gradients_accumulated_over_micro_batches_are_those_of_the_whole_batch(Loss loss)
      throws IOException {
    Map<String, Object> settings =
        Map.of("loss", loss.label(), "epochs", 1, "batch_size", 8, "learning_rate", 1e-3);
    TrainingJob whole = group.job("whole", settings);
    Map<String, Object> split = new HashMap<>(settings);
    split.put("gradient_accumulation", 4);
    TrainingJob accumulated = group.job("accumulated", split);

    finish(whole);
    finish(accumulated);

    List<Map<String, Double>> expected = group.metrics(whole, Phase.TRAIN);
    List<Map<String, Double>> actual = group.metrics(accumulated, Phase.TRAIN);
    for (int line = 0; line < expected.size(); line++) {
      for (String metric : List.of("loss", "grad_norm", "jsd", "nll")) {
        assertThat(actual.get(line).get(metric))
            .as(metric)
            .isCloseTo(expected.get(line).get(metric), within(2e-4));
      }
    }
  }

  @Test
  void patience_stops_training_and_the_best_model_stays() throws IOException {
    TrainingJob job =
        group.job(
            "job",
            Map.of(
                "loss", "sft",
                "epochs", 30,
                "select_by", "nll",
                "select_direction", "max",
                "early_stop_patience", 2));

    TrainingResult result = finish(job);

    assertThat(result.stoppedEarly()).isTrue();
    assertThat(result.bestStep()).isEqualTo(3);
    assertThat(result.step()).isEqualTo(9);
    assertThat(group.folder(job).best().resolve(WEIGHTS)).exists();
    assertThat(
            Files.mismatch(
                group.folder(job).best().resolve(WEIGHTS),
                group.folder(job).last().resolve(WEIGHTS)))
        .isNotNegative();
    assertThat(console.toString(StandardCharsets.UTF_8)).contains("stopped early: no better nll");
  }

  @Test
  void a_loss_that_is_not_finite_ends_the_job_and_names_step_and_rows() {
    TrainingJob job =
        group.job("job", Map.of("loss", "sft", "learning_rate", 1e30, "warmup_steps", 0));

    assertThatThrownBy(() -> finish(job))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("at step 2")
        .hasMessageContaining("of train.parquet")
        .hasMessageContaining("learning_rate");
  }

  @Test
  void a_metric_to_select_by_that_the_loss_lacks_is_named_with_those_it_has() {
    TrainingJob job = group.job("job", Map.of("loss", "sft", "select_by", "rewards/margin"));

    assertThatThrownBy(() -> finish(job))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("'rewards/margin' is not a metric of loss sft")
        .hasMessageContaining("belief_mass");
    assertThat(console.toString(StandardCharsets.UTF_8)).doesNotContain("train ");
  }

  @Test
  void a_model_that_its_only_step_has_ruined_is_no_result() {
    TrainingJob job =
        group.job(
            "job",
            Map.of(
                "loss", "sft",
                "learning_rate", 1e30,
                "warmup_steps", 0,
                "batch_size", 24,
                "epochs", 1));

    assertThatThrownBy(() -> finish(job))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("the eval split's loss is")
        .hasMessageContaining("after step 1")
        .hasMessageContaining("learning_rate");
  }

  @Test
  void a_batch_larger_than_the_data_is_all_of_it() throws IOException {
    TrainingJob job =
        group.job("job", Map.of("loss", "sft", "batch_size", Integer.MAX_VALUE, "epochs", 3));

    TrainingResult result = finish(job);

    assertThat(result.step()).isEqualTo(3);
    assertThat(result.examples()).isEqualTo(3 * 24);
  }

  @Test
  void low_rank_updates_of_another_start_get_a_base_of_their_own() throws IOException {
    List<Path> bases = new ArrayList<>();
    for (long seed : new long[] {7, 8}) {
      RandomInit init = new RandomInit(group.tokenizer().toString(), 2, 16, 2, 96, seed);
      TrainingJob job =
          group.job(
              "job", Map.of("loss", "sft", "lora", Map.of()), new ModelSpec(null, null, init));
      finish(job);
      bases.add(AdapterFolder.baseOf(group.folder(job).last()).orElseThrow());
      AtomicFiles.delete(group.folder(job).checkpoints());
    }

    assertThat(bases.get(0)).isNotEqualTo(bases.get(1));
    assertThat(Files.mismatch(bases.get(0).resolve(WEIGHTS), bases.get(1).resolve(WEIGHTS)))
        .isNotNegative();
  }

  @Test
  void a_start_model_that_gives_nan_is_blamed_by_name_and_not_the_learning_rate()
      throws IOException {
    TrainingJob parent = group.job("parent", Map.of("loss", "sft"));
    finish(parent);
    Path start = group.folder(parent).last();
    try (CausalLanguageModel model = CausalLanguageModel.load(start, Device.cpu())) {
      NDArray norm = model.parameters().get("transformer.h.1.ln_1.weight");
      float[] values = norm.toFloatArray();
      values[2] = Float.NaN;
      norm.set(values);
      model.save(start, start);
    }

    for (Loss loss : List.of(Loss.SFT, Loss.GDPO)) {
      assertThatThrownBy(
              () -> finish(group.child("child-" + loss, start, Map.of("loss", loss.label()))))
          .isInstanceOf(TrainingFailedException.class)
          .hasMessageContaining(start.toString())
          .hasMessageContaining("before the first step")
          .hasMessageContaining("transformer.h.1.ln_1.weight holds NaN")
          .hasMessageNotContaining("lower learning_rate");
    }
  }

  @Test
  void a_checkpoint_of_another_run_is_refused() throws IOException {
    finish(group.job("job", Map.of("loss", "sft")));

    TrainingJob other = group.job("job", Map.of("loss", "sft", "learning_rate", 2e-2));

    assertThatThrownBy(() -> finish(other))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("belongs to another run")
        .hasMessageContaining("submit the experiment again");
  }

  @Test
  void a_run_goes_on_on_another_device_and_says_where_it_was_computed_so_far() throws IOException {
    Map<String, Object> spec = Map.of("loss", "sft", "checkpoint_every", 1, "batch_size", 8);
    TrainingJob job = group.job("job", spec);
    AtomicInteger asked = new AtomicInteger();
    assertThat(train(job, () -> asked.incrementAndGet() > 1)).isEmpty();
    try (Stream<Path> files = Files.walk(group.folder(job).checkpoints())) {
      for (Path file : files.filter(it -> it.endsWith("state.json")).toList()) {
        String state = Files.readString(file);
        assertThat(state).contains("\"device\" : \"cpu\"");
        Files.writeString(file, state.replace("\"cpu\"", "\"cuda:3\""));
      }
    }
    Map<String, Object> elsewhere = new HashMap<>(spec);
    elsewhere.put("device", "cpu");
    elsewhere.put("tokens_per_pass", 500);

    finish(group.job("job", elsewhere));

    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("resumed from")
        .contains("step-1, computed on cuda:3 so far");
  }

  @Test
  void lengths_beyond_the_model_are_refused_and_texts_beyond_the_lengths_are_cut_and_counted()
      throws IOException {
    assertThatThrownBy(() -> finish(group.job("too-long", Map.of("loss", "sft", "max_length", 97))))
        .isInstanceOf(TrainingFailedException.class)
        .hasMessageContaining("max_length 97 is more than the model's 96 positions");

    finish(group.job("cut", Map.of("loss", "sft", "max_length", 30, "max_prompt_length", 12)));
    assertThat(console.toString(StandardCharsets.UTF_8))
        .containsPattern("cut to fit: \\d+ prompts");
  }

  @Test
  void a_dataset_without_a_split_is_refused() throws IOException {
    Files.delete(group.dataset().resolve("eval.parquet"));

    assertThatThrownBy(() -> finish(group.job("job", Map.of("loss", "sft"))))
        .isInstanceOf(PreferenceDataException.class)
        .hasMessageContaining("eval.parquet");
  }

  @Test
  void last_per_prompt_keeps_one_target_for_each_prompt() throws IOException {
    TrainingJob job = group.job("job", Map.of("loss", "sft", "targets", "last-per-prompt"));

    assertThat(finish(job).examples()).isEqualTo(2 * 4);
  }

  @Test
  void reference_log_probabilities_are_shared_by_jobs_and_equal_live_ones() throws IOException {
    TrainingJob parent = group.job("parent", Map.of("loss", "sft"));
    finish(parent);
    Path start = group.folder(parent).last();
    TrainingJob first = group.child("first", start, Map.of("loss", "gdpo"));
    TrainingJob second = group.child("second", start, Map.of("loss", "belief-dpo"));
    TrainingJob live =
        group.child(
            "live", start, Map.of("loss", "gdpo", "levers", Map.of("cached_reference", false)));

    TrainingResult result = finish(first);
    finish(second);
    assertThat(console.toString(StandardCharsets.UTF_8))
        .contains("reference log-probabilities of 24 train examples in")
        .contains("reference log-probabilities of 24 train examples are those of an earlier job");
    finish(live);

    assertThat(result.referenceUri()).isEqualTo(start.toUri().toString());
    // Before the first step the policy is the reference, so rewards against it are 0.
    assertThat(group.metrics(first, Phase.EVAL).get(0).get("rewards/chosen"))
        .isCloseTo(0, within(1e-6));
    List<Map<String, Double>> cached = progress(first);
    List<Map<String, Double>> computed = progress(live);
    assertThat(computed).hasSameSizeAs(cached);
    for (int line = 0; line < cached.size(); line++) {
      for (Map.Entry<String, Double> metric : cached.get(line).entrySet()) {
        assertThat(computed.get(line).get(metric.getKey()))
            .as(metric.getKey())
            .isCloseTo(metric.getValue(), within(1e-5));
      }
    }
  }

  private TrainingResult finish(TrainingJob job) throws IOException {
    return train(job, () -> false).orElseThrow();
  }

  private Optional<TrainingResult> train(TrainingJob job, BooleanSupplier stop) throws IOException {
    JobFolder folder = group.folder(job);
    Files.createDirectories(folder.root());
    PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
    return new TrainingRun(
            job, JobWorkspace.in(folder.root()), out, stop, AvailableMemory.ofMachine())
        .run();
  }

  /** What progress lines say apart from the time it took. */
  private List<Map<String, Double>> progress(TrainingJob job) throws IOException {
    return group.progress(job).stream()
        .map(
            progress -> {
              Map<String, Double> metrics = progress.metrics();
              metrics.remove("examples_per_second");
              metrics.put("step", (double) progress.step());
              return metrics;
            })
        .toList();
  }
}
