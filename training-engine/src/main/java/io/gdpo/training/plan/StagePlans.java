package io.gdpo.training.plan;

import ai.djl.Device;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.ExperimentPlan.Data;
import io.gdpo.contracts.job.ExperimentPlan.StageMemory;
import io.gdpo.contracts.job.ExperimentPlan.StagePlan;
import io.gdpo.contracts.job.ExperimentPlan.StageTraining;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.contracts.spec.StageSpec;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.PreferenceDataException;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.model.Devices;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.LengthLimits;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingPlan;
import io.gdpo.training.memory.AvailableMemory;
import io.gdpo.training.memory.MemoryPlan;
import io.gdpo.training.model.PromptFiles;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;

/**
 * What each stage of an experiment will need, by the estimate that its job makes for itself ({@link
 * MemoryPlan}), of the same examples: the job will say the same numbers.
 */
final class StagePlans {
  private final PlanTask task;
  private final StartModel model;
  private final PlannedExamples examples;
  private final AvailableMemory available;
  private final ArtifactStore folder;
  private final PrintStream console;
  private final List<SpecProblem> problems = new ArrayList<>();

  /**
   * @param available a stage that needs more is a problem
   * @param folder where samples of the examples are left for people
   */
  StagePlans(
      PlanTask task,
      StartModel model,
      PlannedExamples examples,
      AvailableMemory available,
      ArtifactStore folder,
      PrintStream console) {
    this.task = task;
    this.model = model;
    this.examples = examples;
    this.available = available;
    this.folder = folder;
    this.console = console;
  }

  ExperimentPlan plan() throws IOException {
    Path scratch = Files.createTempDirectory("plan-");
    try (Tokenizer tokenizer = tokenizer(scratch)) {
      Optional<EncodedSplits> encoded = encoded(tokenizer);
      if (!problems.isEmpty()) {
        return ExperimentPlan.ofProblems(problems);
      }
      if (encoded.isPresent()) {
        folder.write(TokenSamples.FILE, Json.EVENTS.writeValueAsBytes(encoded.get().samples()));
      }
      List<StagePlan> stages = new ArrayList<>();
      for (int i = 0; i < task.spec().stages().size(); i++) {
        stage("stages[" + i + "].training", task.spec().stages().get(i), encoded)
            .ifPresent(stages::add);
      }
      return new ExperimentPlan(problems, model.shape(), data(encoded), stages, null, null);
    } finally {
      AtomicFiles.delete(scratch);
    }
  }

  /** As the experiment's jobs have it. */
  private Tokenizer tokenizer(Path scratch) throws IOException {
    if (!PromptFiles.areChanged(task.spec().model())) {
      return Tokenizer.load(model.tokenizer());
    }
    PromptFiles.write(task.spec().model(), model.tokenizer(), scratch);
    return Tokenizer.load(scratch);
  }

  /** Empty if the examples are not known, or, which is a problem, this tokenizer cannot be used. */
  private Optional<EncodedSplits> encoded(Tokenizer tokenizer) {
    if (examples.unknown().isPresent()) {
      return Optional.empty();
    }
    try {
      return Optional.of(new EncodedSplits(examples, tokenizer));
    } catch (PreferenceDataException e) {
      problems.add(new SpecProblem("model", Reason.of(e)));
      return Optional.empty();
    }
  }

  private Data data(Optional<EncodedSplits> encoded) {
    return new Data(
        encoded.isPresent(),
        examples.unknown().orElse(null),
        encoded.map(EncodedSplits::splits).orElse(Map.of()),
        examples.later() ? true : null,
        encoded.flatMap(EncodedSplits::chatTemplate).orElse(null));
  }

  /** Empty if its job would refuse to begin, which is a problem. */
  private Optional<StagePlan> stage(String path, StageSpec stage, Optional<EncodedSplits> encoded) {
    TrainingSpec spec = stage.training();
    try {
      LengthLimits limits = LengthLimits.of(spec, model.config());
      Optional<TrainingData> data = encoded.map(it -> it.within(limits, spec));
      Optional<StageMemory> memory =
          encoded.isPresent()
              ? Optional.of(memory(stage, limits, encoded.get()))
              : Optional.ofNullable(spec.maxLength()).map(length -> bound(stage, limits));
      return Optional.of(
          new StagePlan(
              stage.name(),
              task.processors(),
              limits.whole(),
              limits.prompt(),
              data.map(TrainingData::promptsCut).orElse(null),
              data.map(TrainingData::responsesCut).orElse(null),
              memory.orElse(null),
              data.map(it -> training(stage, it)).orElse(null)));
    } catch (TrainingFailedException | PreferenceDataException e) {
      problems.add(new SpecProblem(path, Reason.of(e)));
      return Optional.empty();
    }
  }

  private StageTraining training(StageSpec stage, TrainingData data) {
    TrainingSpec spec = stage.training();
    TrainingPlan steps = TrainingPlan.of(spec, job(stage).dataSeed(), data.train());
    BatchPacker packer =
        new BatchPacker(spec.loss(), spec.imitatesClose(), spec.levers(), model.config().width());
    return new StageTraining(
        data.train().size(),
        steps.totalSteps(),
        steps.sum(data.train().stream().mapToInt(packer::length).toArray()));
  }

  private StageMemory memory(StageSpec stage, LengthLimits limits, EncodedSplits encoded) {
    TrainingSpec spec = stage.training();
    MemoryPlan onHost =
        plan(stage, limits, length -> encoded.within(LengthLimits.of(spec, length), spec));
    Optional<Device> device = device(spec);
    if (device.isEmpty()) {
      return told(stage, onHost.estimate(), false);
    }
    long there = available.total(device.get()); // what others hold now says nothing of later
    MemoryPlan plan = onHost.on(device.get(), there);
    MemoryEstimate estimate = plan.estimate();
    plan.require(estimate, there);
    return told(stage, estimate, false);
  }

  /** Where a stage will be trained; empty if that is not here, as its job will say. */
  private static Optional<Device> device(TrainingSpec spec) {
    try {
      return Optional.of(Devices.choose(spec.device()));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private StageMemory bound(StageSpec stage, LengthLimits limits) {
    int atOnce = Math.max(stage.training().batchSize(), BatchPacker.EVALUATED_AT_ONCE);
    return told(
        stage,
        plan(
                stage,
                limits,
                length -> LongestTexts.of(LengthLimits.of(stage.training(), length), atOnce))
            .estimate(),
        true);
  }

  private MemoryPlan plan(StageSpec stage, LengthLimits limits, IntFunction<TrainingData> encoded) {
    // Each stage of an experiment is compared with the model that it starts from.
    return new MemoryPlan(job(stage), model.config(), true, limits.whole(), encoded);
  }

  /** What its job will be told, as far as that matters here. */
  private TrainingJob job(StageSpec stage) {
    return new TrainingJob(
        stage.name(),
        task.spec().name(),
        stage.name(),
        1,
        task.spec().seed(),
        null,
        null,
        null,
        null,
        stage.training(),
        null,
        null,
        null);
  }

  private StageMemory told(StageSpec stage, MemoryEstimate estimate, boolean bound) {
    console.printf("%s: memory: %s %s%n", stage.name(), bound ? "at most" : "about", estimate);
    Map<String, Long> parts = new LinkedHashMap<>();
    estimate
        .parts()
        .forEach(
            (part, bytes) -> {
              if (bytes > 0) {
                parts.put(part.name().toLowerCase(Locale.ROOT), bytes);
              }
            });
    return new StageMemory(estimate.total(), estimate.moment(), parts, bound);
  }
}
