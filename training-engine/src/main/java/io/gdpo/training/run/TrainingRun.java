package io.gdpo.training.run;

import ai.djl.Device;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.LoraSpec;
import io.gdpo.contracts.spec.Loss;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.lora.LoraConfig;
import io.gdpo.lm.memory.ClaimedDevice;
import io.gdpo.lm.memory.GpuMemory;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.memory.MemoryShare;
import io.gdpo.lm.memory.ProcessMemory;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.model.ComputeType;
import io.gdpo.lm.model.Devices;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.BatchPacker;
import io.gdpo.training.batch.LengthLimits;
import io.gdpo.training.batch.Mismatched;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingPlan;
import io.gdpo.training.checkpoint.CheckpointStore;
import io.gdpo.training.checkpoint.ModelSelection;
import io.gdpo.training.checkpoint.TrainingState;
import io.gdpo.training.memory.AvailableMemory;
import io.gdpo.training.memory.BusyGpuException;
import io.gdpo.training.memory.MemoryPlan;
import io.gdpo.training.memory.OutOfMemory;
import io.gdpo.training.model.ModelDigests;
import io.gdpo.training.model.ModelFiles;
import io.gdpo.training.model.ModelSource;
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
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * One training job from its starting weights, or from its last checkpoint, to its result.
 *
 * <p>A step: pack examples, forward once, objective, backward, clip by global norm, optimizer. An
 * interrupted run that is started again gives bit for bit the weights that it would have given
 * uninterrupted, on a CPU with the same number of threads; on a GPU up to rounding.
 *
 * <p>All tensors are made and used on the thread that calls {@link #run}; another lays out the next
 * step's batch meanwhile.
 *
 * <p>One class because a job is to be read from its first line to its last.
 */
public final class TrainingRun {
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
  private long freeAtStart;
  private Consumer<TrainingProgress> listener = line -> {};

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

  /** Lets somebody hear each line of progress, on the training's thread. */
  public TrainingRun heardBy(Consumer<TrainingProgress> who) {
    this.listener = who;
    return this;
  }

  /**
   * Trains; gives the result, or nothing if it was asked to stop, and can be resumed.
   *
   * @throws TrainingFailedException if training cannot go on
   */
  public Optional<TrainingResult> run() throws IOException {
    Optional<ClaimedDevice> claimed = device();
    if (claimed.isEmpty()) {
      return Optional.empty();
    }
    try (ClaimedDevice held = claimed.get()) {
      return run(held.device());
    }
  }

  private Optional<TrainingResult> run(Device device) throws IOException {
    ModelSource start = ModelSource.start(job);
    Optional<CheckpointStore.Saved> saved = checkpoints().latest();
    AtomicFiles.recover(folder.best());
    ModelSource weights = saved.isPresent() ? checkpoint(saved.get(), start) : start;
    Path tokenizerFiles = new TokenizerFiles(job, folder).of(start);
    try (Tokenizer tokenizer = Tokenizer.load(tokenizerFiles)) {
      console.println(tokenizer.endOfText().introduction(start.config().json()));
      reference.requireSharedVocabulary(start, tokenizer);
      ModelConfig config = weights.config();
      LengthLimits limits = LengthLimits.of(spec, config);
      ExampleEncoder encoder = limits.encoder(tokenizer);
      TrainingData data = data(encoder);
      long there = available.on(device);
      this.freeAtStart = there;
      MemoryPlan memory =
          new MemoryPlan(
                  job,
                  config,
                  ModelSource.reference(job).folder().equals(start.folder()),
                  limits.whole(),
                  length ->
                      length == limits.whole()
                          ? data
                          : data(LengthLimits.of(spec, length).encoder(tokenizer)))
              .on(device, there);
      MemoryEstimate estimate = memory.estimate();
      BusyGpuException.check(estimate, device, available);
      memory.require(estimate, there);
      Optional<MemoryShare.Claim> claim =
          available.claim(device, job.jobId(), estimate, console::println, stopAsked);
      if (claim.isEmpty()) {
        return Optional.empty();
      }
      try (MemoryShare.Claim held = claim.get();
          CausalLanguageModel model = weights.open(device)) {
        model.requireEmbeds(tokenizer);
        BatchPacker packer =
            new BatchPacker(
                spec.loss(), spec.imitatesClose(), spec.levers(), config.width(), memory.sizes());
        return train(model, start, tokenizerFiles, saved, limits, encoder, data, estimate, packer);
      } catch (RuntimeException | OutOfMemoryError e) {
        if (OutOfMemory.isCause(e)) {
          throw BusyGpuException.of(memory, estimate, e, device, available.total(device) - there);
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
            : Optional.of(reference.base(start, Optional.empty()).folder()));
  }

  private TrainingData data(ExampleEncoder encoder) {
    return TrainingData.load(ModelSource.fetch(ArtifactUri.of(job.datasetUri())), encoder, spec);
  }

  private Optional<TrainingResult> train(
      CausalLanguageModel model,
      ModelSource start,
      Path tokenizerFiles,
      Optional<CheckpointStore.Saved> saved,
      LengthLimits limits,
      ExampleEncoder encoder,
      TrainingData data,
      MemoryEstimate estimate,
      BatchPacker packer)
      throws IOException {
    Loss loss = spec.loss();
    Mismatched mismatched = Mismatched.of(data, loss, limits.whole());
    Optional<String> adapterBase = adapt(model, start, saved.isPresent());
    model.computeIn(ComputeType.ofLabel(spec.computeDtype().label()));
    TrainingPlan plan = TrainingPlan.of(spec, job.dataSeed(), data.train());
    TrainingState state = RunDigest.of(spec, job.dataSeed(), digests.of(start), data).begin(saved);
    long[] beliefTokens = data.hasBeliefs() ? encoder.beliefTokenIds() : new long[0];
    try (References references = reference.of(model, beliefTokens, packer, data, mismatched);
        ObjectivePass pass = new ObjectivePass(model, beliefTokens, spec);
        Optimizer optimizer =
            new Optimizer(
                OptimizerSpec.of(spec), model.trainable().byName(), model.parameters().manager());
        ProgressLog progress = new ProgressLog(workspace, state.step(), console, listener)) {
      model.trainable().requiresGrad(true);
      optimizer.allocateGradients();
      if (saved.isPresent()) {
        optimizer.restore(saved.get().optimizer());
        progress.say(resumed(saved.get(), Devices.name(model.parameters().manager().getDevice())));
      }
      new Introduction(job, model, encoder, data, plan, estimate).say(progress);
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
              new ModelFiles(model, tokenizerFiles, adapterBase, merges()),
              model.parameters().manager().getDevice());
      try (TrainingLoop loop = new TrainingLoop(job, workspace, parts, state, stopAsked)) {
        return loop.run()
            ? Optional.of(succeeded(loop.state(), parts, references, limits, estimate))
            : Optional.empty();
      }
    }
  }

  /**
   * Adds low-rank updates, if they are asked for.
   *
   * @return where others find the model without them; empty if all weights are trained
   */
  private Optional<String> adapt(CausalLanguageModel model, ModelSource start, boolean resumed)
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
    return Optional.of(reference.base(start, Optional.of(model)).name());
  }

  private static String resumed(CheckpointStore.Saved saved, String device) {
    String before = saved.state().device();
    return "resumed from "
        + saved.model()
        + (before == null || before.equals(device) ? "" : ", computed on " + before + " so far");
  }

  private Optional<ClaimedDevice> device() {
    try {
      return ClaimedDevice.claim(spec.device(), job.jobId(), console::println, stopAsked);
    } catch (IllegalArgumentException e) {
      throw new TrainingFailedException(e.getMessage(), e);
    }
  }

  private boolean merges() {
    return spec.lora() == null || spec.lora().merge();
  }

  private TrainingResult succeeded(
      TrainingState state,
      TrainingLoop.Parts parts,
      References references,
      LengthLimits limits,
      MemoryEstimate estimate)
      throws IOException {
    AtomicFiles.replace(folder.last(), parts.files()::writeResult);
    workspace.publish();
    Device device = parts.device();
    long peak =
        device.isGpu()
            ? GpuMemory.used(device) - (available.total(device) - freeAtStart)
            : ProcessMemory.peakResidentBytes();
    parts
        .progress()
        .say(
            "peak %s%s, estimated %s"
                .formatted(
                    MemoryEstimate.megabytes(peak),
                    device.isGpu() ? " of the GPU beside its context" : "",
                    MemoryEstimate.megabytes(estimate.total())));
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
        limits.whole(),
        limits.prompt(),
        process.seconds(),
        state.trainedTokens() / Math.max(1e-9, state.trainingSeconds()),
        peak,
        estimate.total());
  }
}
