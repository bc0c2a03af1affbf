package io.gdpo.training.run;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.Digests;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.LoraSpec;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryShare;
import io.gdpo.lm.memory.ProcessMemory;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.Devices;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.ExampleDigest;
import io.gdpo.training.batch.Mismatched;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingPlan;
import io.gdpo.training.checkpoint.CheckpointStore;
import io.gdpo.training.checkpoint.ModelSelection;
import io.gdpo.training.checkpoint.TrainingState;
import io.gdpo.training.memory.AvailableMemory;
import io.gdpo.training.memory.MemoryPlan;
import io.gdpo.training.memory.OutOfMemory;
import io.gdpo.training.model.ModelDigests;
import io.gdpo.training.model.ModelFiles;
import io.gdpo.training.model.ModelSource;
import io.gdpo.training.objective.Objective;
import io.gdpo.training.step.KlEstimate;
import io.gdpo.training.step.ObjectivePass;
import io.gdpo.training.step.Optimizer;
import io.gdpo.training.step.OptimizerSpec;
import io.gdpo.training.step.SplitEvaluation;
import io.gdpo.training.step.Step;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * One training job from its starting weights, or from its last checkpoint, to its result.
 *
 * <p>A step: pack examples, forward once, objective, backward, clip by global norm, optimizer. An
 * interrupted run that is started again gives bit for bit the weights that it would have given
 * uninterrupted, on a CPU with the same number of threads.
 *
 * <p>All tensors are made and used on the thread that calls {@link #run}; another lays out the next
 * step's batch meanwhile.
 */
public final class TrainingRun {
  private static final int LEAST_RESPONSE_ROOM = 64;

  private final TrainingJob job;
  private final TrainingSpec spec;
  private final JobWorkspace workspace;
  private final JobFolder folder;
  private final PrintStream console;
  private final BooleanSupplier stopAsked;
  private final AvailableMemory available;
  private final ModelDigests digests = new ModelDigests();
  private final ReferenceModel reference;
  private final Stopwatch process = new Stopwatch();

  /**
   * @param workspace takes what the job makes
   * @param console where readable lines go
   * @param stopAsked asked after every step whether to save a checkpoint and end
   * @param available a job that needs more is refused
   */
  public TrainingRun(
      TrainingJob job,
      JobWorkspace workspace,
      PrintStream console,
      BooleanSupplier stopAsked,
      AvailableMemory available) {
    this.job = job;
    this.spec = job.training();
    this.workspace = workspace;
    this.folder = new JobFolder(workspace.root());
    this.console = console;
    this.stopAsked = stopAsked;
    this.available = available;
    this.reference = new ReferenceModel(job, workspace, digests, console, stopAsked);
  }

  /**
   * Trains.
   *
   * @return the result; empty if it was asked to stop, and can be resumed
   * @throws TrainingFailedException if training cannot go on
   */
  public Optional<TrainingResult> run() throws IOException {
    Device device = device();
    ModelSource start = ModelSource.start(job);
    Optional<CheckpointStore.Saved> saved = checkpoints().latest();
    AtomicFiles.recover(folder.best());
    ModelSource weights = saved.isPresent() ? checkpoint(saved.get(), start) : start;
    Path tokenizerFiles = new TokenizerFiles(job, folder).of(start);
    try (Tokenizer tokenizer = Tokenizer.load(tokenizerFiles)) {
      console.println(tokenizer.endOfText().introduction(start.config().json()));
      reference.requireSharedVocabulary(start, tokenizer);
      ModelConfig config = weights.config();
      int maxLength = maxLength(config);
      TrainingData data = data(tokenizer, maxLength);
      MemoryPlan memory =
          new MemoryPlan(
              job,
              config,
              ModelSource.reference(job).folder().equals(start.folder()),
              maxLength,
              length -> length == maxLength ? data : data(tokenizer, length));
      MemoryEstimate estimate = memory.estimate();
      memory.require(estimate, available.on(device));
      Optional<MemoryShare.Claim> claim =
          available.claim(device, job.jobId(), estimate, console::println, stopAsked);
      if (claim.isEmpty()) {
        return Optional.empty();
      }
      try (MemoryShare.Claim held = claim.get();
          CausalLanguageModel model = weights.open(device)) {
        model.requireEmbeds(tokenizer);
        return train(
            model, start, tokenizerFiles, saved, encoder(tokenizer, maxLength), data, estimate);
      } catch (RuntimeException | OutOfMemoryError e) {
        if (OutOfMemory.isCause(e)) {
          throw memory.exhausted(estimate, e);
        }
        throw e;
      }
    }
  }

  private CheckpointStore checkpoints() {
    return new CheckpointStore(folder.checkpoints(), spec.keep(), console::println);
  }

  /** What is resumed from. The job knows the base of its updates, wherever folders have moved. */
  private ModelSource checkpoint(CheckpointStore.Saved saved, ModelSource start)
      throws IOException {
    return new ModelSource.Folder(
        saved.model().toUri(),
        spec.lora() == null
            ? Optional.empty()
            : Optional.of(reference.base(start, Optional.empty())));
  }

  private ExampleEncoder encoder(Tokenizer tokenizer, int maxLength) {
    return new ExampleEncoder(tokenizer, maxLength, maxPromptLength(maxLength));
  }

  private TrainingData data(Tokenizer tokenizer, int maxLength) {
    return TrainingData.load(
        ModelSource.fetch(ArtifactUri.of(job.datasetUri())), encoder(tokenizer, maxLength), spec);
  }

  private Optional<TrainingResult> train(
      CausalLanguageModel model,
      ModelSource start,
      Path tokenizerFiles,
      Optional<CheckpointStore.Saved> saved,
      ExampleEncoder encoder,
      TrainingData data,
      MemoryEstimate estimate)
      throws IOException {
    Objective objective = Objective.of(spec);
    int maxLength = maxLength(model.config());
    Mismatched mismatched = Mismatched.of(data, objective, maxLength);
    Optional<Path> adapterBase = adapt(model, start, saved.isPresent());
    model.computeIn(ComputeType.ofLabel(spec.computeDtype().label()));
    BatchPacker packer =
        new BatchPacker(
            objective.loss(), spec.imitationIncludesClose(), spec.levers(), model.config().width());
    TrainingPlan plan = TrainingPlan.of(spec, job.dataSeed(), data.train());
    String digest = digest(start, data);
    TrainingState state =
        saved
            .map(s -> ofThisRun(s, digest))
            .orElseGet(() -> TrainingState.start(digest, job.dataSeed()));
    long[] beliefTokens = encoder.beliefTokenIds();
    try (References references =
            reference.of(model, objective, beliefTokens, packer, data, mismatched);
        ObjectivePass pass = new ObjectivePass(model, objective, beliefTokens, spec);
        Optimizer optimizer =
            new Optimizer(
                OptimizerSpec.of(spec), model.trainable().byName(), model.parameters().manager());
        ProgressLog progress = new ProgressLog(workspace, state.step(), console)) {
      model.trainable().requiresGrad(true);
      optimizer.allocateGradients();
      if (saved.isPresent()) {
        optimizer.restore(saved.get().optimizer());
        progress.say("resumed from " + saved.get().model());
      }
      introduce(progress, model, encoder, data, plan, estimate);
      BatchPacker chosen = packer.chosenOnly();
      TrainingLoop.Parts parts =
          new TrainingLoop.Parts(
              new Step(
                  pass,
                  optimizer,
                  packer,
                  spec.gradientAccumulation(),
                  references.train(),
                  new KlEstimate(pass, references.mismatchedTrain(), chosen, mismatched.train())),
              new SplitEvaluation(
                  pass,
                  packer,
                  data.eval(),
                  references.eval(),
                  new KlEstimate(pass, references.mismatchedEval(), chosen, mismatched.eval())),
              optimizer,
              plan,
              data,
              checkpoints(),
              progress,
              new ModelFiles(model, tokenizerFiles, adapterBase, merges()));
      try (TrainingLoop loop = new TrainingLoop(job, workspace, parts, state, stopAsked)) {
        return loop.run()
            ? Optional.of(succeeded(loop.state(), parts, references, maxLength, estimate))
            : Optional.empty();
      }
    }
  }

  /**
   * Adds low-rank updates, if they are asked for.
   *
   * @return the folder of the model without them; empty if all weights are trained
   */
  private Optional<Path> adapt(CausalLanguageModel model, ModelSource start, boolean resumed)
      throws IOException {
    if (spec.lora() == null) {
      model.mergeAdapter(); // the parent's, whose weights are all trained from here on
      return Optional.empty();
    }
    if (!resumed) {
      model.mergeAdapter();
      LoraSpec lora = spec.lora();
      model.adapt(
          new LoraConfig(lora.rank(), lora.alpha(), Optional.ofNullable(lora.targetModules())),
          job.seed());
    }
    return Optional.of(reference.base(start, Optional.of(model)));
  }

  private Device device() {
    try {
      return Devices.choose(spec.device());
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException(e.getMessage(), e);
    }
  }

  private boolean merges() {
    return spec.lora() == null || spec.lora().merge();
  }

  private int maxLength(ModelConfig config) {
    int positions = config.positions();
    if (spec.maxLength() != null && spec.maxLength() > positions) {
      throw new TrainingFailedException(
          String.format(
              Locale.ROOT,
              "max_length %d is more than the model's %d positions; lower it or take a longer model",
              spec.maxLength(),
              positions));
    }
    return spec.maxLength() == null ? positions : spec.maxLength();
  }

  private int maxPromptLength(int maxLength) {
    if (spec.maxPromptLength() != null) {
      return spec.maxPromptLength();
    }
    return Math.max(maxLength - LEAST_RESPONSE_ROOM, maxLength / 2);
  }

  private String digest(ModelSource start, TrainingData data) throws IOException {
    return Digests.ofTexts(
        List.of(
            json(spec),
            Long.toString(job.dataSeed()),
            digests.of(start),
            ExampleDigest.of(data.train()),
            ExampleDigest.of(data.eval())));
  }

  /** The settings that decide what is computed; how many checkpoints are kept does not. */
  private static String json(TrainingSpec spec) {
    return Json.SPECS.<ObjectNode>valueToTree(spec).without("keep").toString();
  }

  private static TrainingState ofThisRun(CheckpointStore.Saved saved, String digest) {
    if (!saved.state().run().equals(digest)) {
      throw new TrainingFailedException(
          "the checkpoint "
              + saved.model()
              + " belongs to another run: settings, seed, data or starting model differ; use"
              + " another output folder, or delete the checkpoints to start afresh");
    }
    return saved.state();
  }

  private void introduce(
      ProgressLog progress,
      CausalLanguageModel model,
      ExampleEncoder encoder,
      TrainingData data,
      TrainingPlan plan,
      MemoryEstimate estimate) {
    progress.say(
        String.format(
            Locale.ROOT,
            "%s: %s on %d examples (%d for evaluation), %d parameters trained of %d, %d steps of %d examples, on %s in %s",
            job.jobId(),
            spec.loss().label(),
            data.train().size(),
            data.eval().size(),
            model.trainable().count(),
            model.parameters().count(),
            plan.totalSteps(),
            plan.batchSize(),
            Devices.name(model.parameters().manager().getDevice()),
            spec.computeDtype().label()));
    progress.say(TrainingResult.ESTIMATE + estimate);
    if (encoder.bos().isPresent()) {
      progress.say("each prompt begins with " + encoder.bos().get());
    } else if (job.model() != null && job.model().isWithoutBos()) {
      progress.say("no prompt begins with a BOS token (model.bos: never)");
    }
    if (data.promptsCut() + data.responsesCut() > 0) {
      progress.say(
          String.format(
              Locale.ROOT,
              "cut to fit: %d prompts, %d responses",
              data.promptsCut(),
              data.responsesCut()));
    }
  }

  private TrainingResult succeeded(
      TrainingState state,
      TrainingLoop.Parts parts,
      References references,
      int maxLength,
      MemoryEstimate estimate)
      throws IOException {
    AtomicFiles.replace(folder.last(), parts.files()::writeResult);
    workspace.publish();
    long peak = ProcessMemory.peakResidentBytes();
    parts
        .progress()
        .say(
            "peak %s, estimated %s"
                .formatted(
                    MemoryEstimate.megabytes(peak), MemoryEstimate.megabytes(estimate.total())));
    ModelSelection selection = state.selection();
    return new TrainingResult(
        state.step(),
        state.examples(),
        state.stoppedEarly(),
        selection.bestStep(),
        selection.bestMetric(),
        selection.bestMetrics(),
        workspace.uri(folder.best()).toString(),
        workspace.uri(folder.last()).toString(),
        references.model().map(URI::toString).orElse(null),
        maxLength,
        maxPromptLength(maxLength),
        process.seconds(),
        state.trainedTokens() / Math.max(1e-9, state.trainingSeconds()),
        peak,
        estimate.total());
  }
}
