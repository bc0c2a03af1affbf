package io.gdpo.trainer.train;

import ai.djl.Device;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.event.TrainingProgress;
import io.gdpo.contracts.spec.LoraSpec;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.CausalLanguageModel;
import io.gdpo.lm.ComputeType;
import io.gdpo.lm.Devices;
import io.gdpo.lm.LoraConfig;
import io.gdpo.lm.ModelConfig;
import io.gdpo.lm.Tokenizer;
import io.gdpo.lm.folder.SharedVocabulary;
import io.gdpo.platform.artifact.ArtifactStore;
import io.gdpo.platform.memory.MemoryEstimate;
import io.gdpo.platform.memory.MemoryShare;
import io.gdpo.platform.memory.ProcessMemory;
import io.gdpo.trainer.objective.Objective;
import io.gdpo.trainer.objective.ObjectiveOutcome;
import io.gdpo.trainer.objective.ObjectiveOutcome.Column;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

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
final class TrainingRun {
  private static final int LEAST_RESPONSE_ROOM = 64;

  /** Examples of a pass that keep two cores busy; smaller passes of like lengths pad less. */
  static final int TRAINED_AT_ONCE = 16;

  /** Without a graph to keep, more examples fit, and more of them share their prompts. */
  static final int EVALUATED_AT_ONCE = 64;

  /** Metric: KTO's reference point. */
  private static final String REFERENCE_KL = "reference_kl";

  private final TrainingJob job;
  private final TrainingSpec spec;
  private final JobFolder folder;
  private final PrintStream console;
  private final Consumer<TrainingProgress> listener;
  private final BooleanSupplier stopAsked;
  private final AvailableMemory available;
  private final Stopwatch process = new Stopwatch();

  /** What was read once: hashing a large model takes longer than loading it. */
  private final Map<ModelSource, String> digests = new HashMap<>();

  /**
   * @param console where readable lines go
   * @param listener hears of every line of progress
   * @param stopAsked asked after every step whether to save a checkpoint and end
   * @param available a job that needs more is refused
   */
  TrainingRun(
      TrainingJob job,
      JobFolder folder,
      PrintStream console,
      Consumer<TrainingProgress> listener,
      BooleanSupplier stopAsked,
      AvailableMemory available) {
    this.job = job;
    this.spec = job.training();
    this.folder = folder;
    this.console = console;
    this.listener = listener;
    this.stopAsked = stopAsked;
    this.available = available;
  }

  /**
   * Trains.
   *
   * @return the result; empty if it was asked to stop, and can be resumed
   * @throws TrainingFailedException if training cannot go on
   */
  Optional<TrainingResult> run() throws IOException {
    Device device = device();
    ModelSource start = ModelSource.start(job);
    Optional<CheckpointStore.Saved> saved = checkpoints().latest();
    AtomicFiles.recover(folder.best());
    ModelSource weights = saved.isPresent() ? checkpoint(saved.get(), start) : start;
    Path tokenizerFiles = tokenizer(start);
    try (Tokenizer tokenizer = Tokenizer.load(tokenizerFiles)) {
      console.println(tokenizer.endOfText().introduction(start.config().json()));
      requireSharedVocabulary(start, tokenizer);
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

  /**
   * The tokenizer's files that are trained with and saved. A BOS that the experiment refuses is
   * taken out of them, so that later stages, evaluations and transformers put none there either.
   */
  private Path tokenizer(ModelSource start) throws IOException {
    if (job.model() == null || !job.model().isWithoutBos()) {
      return start.tokenizer();
    }
    AtomicFiles.replace(
        folder.tokenizerWithoutBos(),
        temporary -> Tokenizer.copyWithoutBos(start.tokenizer(), temporary));
    return folder.tokenizerWithoutBos();
  }

  private CheckpointStore checkpoints() {
    return new CheckpointStore(folder.checkpoints(), spec.keep(), console::println);
  }

  /** What is resumed from. The job knows the base of its updates, wherever folders have moved. */
  private ModelSource checkpoint(CheckpointStore.Saved saved, ModelSource start)
      throws IOException {
    return new ModelSource.Folder(
        saved.model().toUri(),
        spec.lora() == null ? Optional.empty() : Optional.of(base(start, Optional.empty())));
  }

  private void requireSharedVocabulary(ModelSource start, Tokenizer tokenizer) throws IOException {
    Optional<URI> reference = ModelSource.reference(job).folder();
    if (Objective.of(spec).loss().isPreference()
        && reference.isPresent()
        && !reference.equals(start.folder())) {
      SharedVocabulary.requireOfReference(ModelSource.fetch(reference.get()), tokenizer);
    }
  }

  private ExampleEncoder encoder(Tokenizer tokenizer, int maxLength) {
    return new ExampleEncoder(tokenizer, maxLength, maxPromptLength(maxLength));
  }

  private TrainingData data(Tokenizer tokenizer, int maxLength) {
    return TrainingData.load(
        ModelSource.fetch(ModelSource.uri(job.datasetUri())), encoder(tokenizer, maxLength), spec);
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
    Mismatched mismatched = Mismatched.of(data, objective, maxLength(model.config()));
    Optional<Path> adapterBase = adapt(model, start, saved.isPresent());
    model.computeIn(ComputeType.ofLabel(spec.computeDtype()));
    BatchPacker packer =
        new BatchPacker(
            objective.loss(), spec.imitationIncludesClose(), spec.levers(), model.config().width());
    TrainingPlan plan = TrainingPlan.of(spec, job.dataSeed(), data.train());
    String digest = digest(start, data);
    TrainingState state =
        saved
            .map(s -> ofThisRun(s, digest))
            .orElseGet(() -> TrainingState.start(digest, job.dataSeed()));
    try (References references = references(model, objective, encoder, packer, data, mismatched);
        ObjectivePass pass = new ObjectivePass(model, objective, encoder.beliefTokenIds(), spec);
        Optimizer optimizer =
            new Optimizer(
                OptimizerSpec.of(spec), model.trainable().byName(), model.parameters().manager());
        ProgressLog progress =
            new ProgressLog(folder.progress(), state.step(), console, listener)) {
      model.trainable().requiresGrad(true);
      optimizer.allocateGradients();
      if (saved.isPresent()) {
        optimizer.restore(saved.get().optimizer());
        progress.say("resumed from " + saved.get().model());
      }
      introduce(progress, model, encoder, data, plan, estimate);
      try (Loop loop =
          new Loop(
              optimizer,
              pass,
              packer,
              plan,
              data,
              mismatched,
              references,
              checkpoints(),
              progress,
              new ModelFiles(model, tokenizerFiles, adapterBase, merges()),
              state)) {
        return loop.run()
            ? Optional.of(succeeded(loop, references, maxLength(model.config()), estimate))
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
    return Optional.of(base(start, Optional.of(model)));
  }

  /** The folder of the model below low-rank updates: a whole one that is there, or a copy. */
  private Path base(ModelSource start, Optional<CausalLanguageModel> policy) throws IOException {
    Optional<Path> folder = start.folder().map(ModelSource::fetch);
    boolean whole = folder.isPresent() && CausalLanguageModel.adapterBase(folder.get()).isEmpty();
    return whole ? folder.get() : ModelSource.fetch(keptReference(start, policy));
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
            digest(start),
            Digests.ofExamples(data.train()),
            Digests.ofExamples(data.eval())));
  }

  private String digest(ModelSource source) throws IOException {
    String known = digests.get(source);
    if (known == null) {
      known = source.digest();
      digests.put(source, known);
    }
    return known;
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

  /** What both splits' reference points are estimated from; empty for losses without. */
  private record Mismatched(List<TrainingExample> train, List<TrainingExample> eval) {
    static Mismatched of(TrainingData data, Objective objective, int maxLength) {
      return objective.loss().hasReferencePoint()
          ? new Mismatched(
              MismatchedExamples.of(data.train(), maxLength),
              MismatchedExamples.of(data.eval(), maxLength))
          : new Mismatched(List.of(), List.of());
    }
  }

  /** The reference of both splits and of their mismatched examples, and where its model is. */
  private record References(
      Reference train,
      Reference eval,
      Reference mismatchedTrain,
      Reference mismatchedEval,
      Optional<URI> model)
      implements AutoCloseable {
    @Override
    public void close() {
      if (train instanceof LiveReference live) {
        live.close();
      }
    }
  }

  private References references(
      CausalLanguageModel policy,
      Objective objective,
      ExampleEncoder encoder,
      BatchPacker packer,
      TrainingData data,
      Mismatched mismatched)
      throws IOException {
    if (!objective.loss().isPreference()) {
      return new References(
          Reference.NONE, Reference.NONE, Reference.NONE, Reference.NONE, Optional.empty());
    }
    ModelSource source = ModelSource.reference(job);
    URI kept =
        source.folder().isPresent()
            ? source.folder().get()
            : keptReference(source, Optional.of(policy));
    if (!spec.levers().cachedReference()) {
      CausalLanguageModel model = openReference(source, policy);
      LiveReference live =
          new LiveReference(
              model, new ObjectivePass(model, objective, encoder.beliefTokenIds(), spec));
      return new References(live, live, live, live, Optional.of(kept));
    }
    return new References(
        cached("train", data.train(), source, policy, objective, encoder, packer),
        cached("eval", data.eval(), source, policy, objective, encoder, packer),
        cached(
            "mismatched train",
            mismatched.train,
            source,
            policy,
            objective,
            encoder,
            packer.chosenOnly()),
        cached(
            "mismatched eval",
            mismatched.eval,
            source,
            policy,
            objective,
            encoder,
            packer.chosenOnly()),
        Optional.of(kept));
  }

  private Reference cached(
      String split,
      List<TrainingExample> examples,
      ModelSource source,
      CausalLanguageModel policy,
      Objective objective,
      ExampleEncoder encoder,
      BatchPacker packer)
      throws IOException {
    if (examples.isEmpty()) {
      return Reference.NONE;
    }
    String content =
        Digests.ofTexts(
            List.of(
                "float64",
                digest(source),
                Digests.ofExamples(examples),
                Boolean.toString(objective.loss().isBeliefConditioned()),
                spec.computeDtype(),
                policy.parameters().manager().getDevice().getDeviceType()));
    String name = content + ".safetensors";
    Path shared = folder.referenceLogProbs(job);
    Optional<ReferenceLogProbs> earlier =
        ReferenceLogProbs.load(
            shared.resolve(name), examples.size(), policy.parameters().manager());
    if (earlier.isPresent()) {
      console.printf(
          Locale.ROOT,
          "reference log-probabilities of %d %s examples are those of an earlier job%n",
          examples.size(),
          split);
      return earlier.get();
    }
    Stopwatch watch = new Stopwatch();
    try (CausalLanguageModel reference = openReference(source, policy);
        ObjectivePass pass =
            new ObjectivePass(reference, objective, encoder.beliefTokenIds(), spec)) {
      ReferenceLogProbs computed =
          ReferenceLogProbs.compute(
              pass, packer.pack(examples, parts(examples.size(), EVALUATED_AT_ONCE)));
      Path own = folder.root().resolve(name);
      computed.save(own, reference.parameters().manager());
      ArtifactStore.at(shared.toUri()).publish(own, name); // another job may do so too
      console.printf(
          Locale.ROOT,
          "reference log-probabilities of %d %s examples in %.1f s%n",
          examples.size(),
          split,
          watch.seconds());
      return computed;
    }
  }

  /** The frozen weights below low-rank updates are their own reference: no second copy. */
  private CausalLanguageModel openReference(ModelSource source, CausalLanguageModel policy)
      throws IOException {
    CausalLanguageModel reference =
        isBaseOf(policy, source)
            ? policy.base()
            : source.open(policy.parameters().manager().getDevice());
    reference.computeIn(ComputeType.ofLabel(spec.computeDtype()));
    return reference;
  }

  private boolean isBaseOf(CausalLanguageModel policy, ModelSource source) throws IOException {
    return policy.isAdapted() && digest(source).equals(digest(ModelSource.start(job)));
  }

  /**
   * A reference that is in no folder yet is kept, for those who measure rewards later; under its
   * content, for a job's folder may be used again for another model.
   */
  private URI keptReference(ModelSource source, Optional<CausalLanguageModel> policy)
      throws IOException {
    Path kept = folder.reference(digest(source));
    if (Files.isDirectory(kept)) {
      return kept.toUri();
    }
    try (CausalLanguageModel reference =
        policy.isPresent() && isBaseOf(policy.get(), source)
            ? policy.get().base()
            : source.open(Device.cpu())) { // only copied
      AtomicFiles.replace(kept, temporary -> reference.save(temporary, tokenizer(source)));
    }
    return kept.toUri();
  }

  /** The micro-batches of a step. */
  static List<PackedBatch> laidOut(
      TrainingSpec spec, BatchPacker packer, TrainingPlan plan, TrainingData data, long step) {
    List<TrainingExample> examples = plan.batch(step, data.train());
    return packer.pack(
        examples, Math.max(spec.gradientAccumulation(), parts(examples.size(), TRAINED_AT_ONCE)));
  }

  static int parts(int examples, int atOnce) {
    return (examples + atOnce - 1) / atOnce;
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
            spec.loss(),
            data.train().size(),
            data.eval().size(),
            model.trainable().count(),
            model.parameters().count(),
            plan.totalSteps(),
            plan.batchSize(),
            Devices.name(model.parameters().manager().getDevice()),
            spec.computeDtype()));
    progress.say(TrainCommand.ESTIMATE + estimate);
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
      Loop loop, References references, int maxLength, MemoryEstimate estimate) throws IOException {
    AtomicFiles.replace(folder.last(), loop.files::writeResult);
    long peak = ProcessMemory.peakResidentBytes();
    loop.progress.say(
        "peak %s, estimated %s"
            .formatted(MemoryEstimate.megabytes(peak), MemoryEstimate.megabytes(estimate.total())));
    TrainingState state = loop.state();
    ModelSelection selection = state.selection();
    return new TrainingResult(
        TrainingResult.Status.SUCCEEDED,
        null,
        state.step(),
        state.examples(),
        state.stoppedEarly(),
        selection.bestStep(),
        selection.bestMetric(),
        selection.bestMetrics(),
        folder.best().toUri().toString(),
        folder.last().toUri().toString(),
        references.model().map(URI::toString).orElse(null),
        maxLength,
        maxPromptLength(maxLength),
        process.seconds(),
        state.trainedTokens() / Math.max(1e-9, state.trainingSeconds()),
        peak,
        estimate.total());
  }

  /** The steps of a run and what happens between them. */
  private final class Loop implements AutoCloseable {
    private final Optimizer optimizer;
    private final ObjectivePass pass;
    private final BatchPacker packer;
    private final TrainingPlan plan;
    private final LearningRateSchedule schedule;
    private final TrainingData data;
    private final References references;
    private final CheckpointStore checkpoints;
    private final ProgressLog progress;
    private final ModelFiles files;
    private final List<PackedBatch> evalBatches;
    private final KlEstimate trainKl;
    private final KlEstimate evalKl;
    private final List<PackedBatch> evalMismatched;
    private final StepBatches batches;

    private final TrainingState begin;
    private long step;
    private ModelSelection selection;
    private boolean stoppedEarly;
    private long trainedTokens;
    private double trainingSeconds;
    private double evaluationSeconds;
    private StepMeans means = new StepMeans();

    Loop(
        Optimizer optimizer,
        ObjectivePass pass,
        BatchPacker packer,
        TrainingPlan plan,
        TrainingData data,
        Mismatched mismatched,
        References references,
        CheckpointStore checkpoints,
        ProgressLog progress,
        ModelFiles files,
        TrainingState begin) {
      this.optimizer = optimizer;
      this.pass = pass;
      this.packer = packer;
      this.plan = plan;
      this.schedule = LearningRateSchedule.of(spec, plan.totalSteps());
      this.data = data;
      this.references = references;
      this.checkpoints = checkpoints;
      this.progress = progress;
      this.files = files;
      this.evalBatches = packer.pack(data.eval(), parts(data.eval().size(), EVALUATED_AT_ONCE));
      this.trainKl = klEstimate(references.mismatchedTrain, mismatched.train);
      this.evalKl = klEstimate(references.mismatchedEval, mismatched.eval);
      this.evalMismatched = evalKl.layOut(data.eval());
      this.batches = new StepBatches(this::laidOut, plan.totalSteps(), spec.levers().prefetch());
      this.begin = begin;
      this.step = begin.step();
      this.selection = begin.selection();
      this.stoppedEarly = begin.stoppedEarly();
      this.trainedTokens = begin.trainedTokens();
      this.trainingSeconds = begin.trainingSeconds();
    }

    private KlEstimate klEstimate(Reference reference, List<TrainingExample> mismatched) {
      return new KlEstimate(pass, reference, packer.chosenOnly(), mismatched, EVALUATED_AT_ONCE);
    }

    @Override
    public void close() {
      batches.close();
    }

    /** Whether training is over; false if it was asked to stop before. */
    boolean run() throws IOException {
      if (step == 0) {
        Map<String, Double> start = evaluate();
        new BrokenStart(job).require(start);
        ModelSelection.metric(start, spec); // a wrong name is known before the first step
      }
      while (!plan.isLast(step) && !stoppedEarly) {
        if (stopAsked.getAsBoolean()) {
          checkpoint();
          progress.say("stopped as asked, after step " + step + "; a checkpoint is saved");
          return false;
        }
        trainOneStep();
        if (plan.isLineDue(step)) {
          tellTraining();
        }
        if (plan.isEvaluationDue(step)) {
          select(evaluate());
        }
        if (plan.isCheckpointDue(step) || stoppedEarly) {
          checkpoint();
        }
      }
      return true;
    }

    private StepBatches.LaidOut laidOut(long ofStep) {
      List<TrainingExample> examples = plan.batch(ofStep, data.train());
      return new StepBatches.LaidOut(
          TrainingRun.laidOut(spec, packer, plan, data, ofStep), trainKl.layOut(examples));
    }

    private void trainOneStep() throws IOException {
      Stopwatch watch = new Stopwatch();
      step++;
      List<TrainingExample> examples = plan.batch(step, data.train());
      int tokens = 0;
      StepBatches.LaidOut laidOut = batches.of(step);
      double kl = trainKl.of(laidOut.mismatched());
      for (PackedBatch batch : laidOut.batches()) {
        ObjectiveOutcome outcome =
            pass.differentiate(batch, references.train(), kl, examples.size());
        requireFinite(batch, outcome);
        means.add(batch, outcome);
        tokens += batch.realTokens();
      }
      double learningRate = schedule.at(step);
      double gradientNorm = optimizer.step(learningRate);
      if (!Double.isFinite(gradientNorm)) {
        throw new TrainingFailedException(
            String.format(
                Locale.ROOT,
                "the gradient's norm is %s at step %d, though the loss is finite; lower learning_rate (%s) or look at these examples: rows %s of train.parquet",
                gradientNorm,
                step,
                spec.learningRate(),
                rows(examples)));
      }
      double seconds = watch.seconds();
      means.add(tokens, gradientNorm, learningRate, seconds);
      if (!laidOut.mismatched().isEmpty()) {
        means.addReferenceKl(kl);
      }
      trainedTokens += tokens;
      trainingSeconds += seconds;
    }

    private void requireFinite(PackedBatch batch, ObjectiveOutcome outcome) throws IOException {
      for (int i = 0; i < outcome.examples(); i++) {
        double loss = outcome.value(i, Column.LOSS);
        if (!Double.isFinite(loss) && step == 1) { // of weights that nothing has changed yet
          throw new BrokenStart(job)
              .failure(
                  String.format(
                      Locale.ROOT,
                      "the loss of row %d of train.parquet, before any update, is %s",
                      batch.examples().get(i).index(),
                      loss));
        }
        if (!Double.isFinite(loss)) {
          throw new TrainingFailedException(
              String.format(
                  Locale.ROOT,
                  "the loss is %s at step %d, for row %d of train.parquet (batch of rows %s); lower learning_rate (%s), or look at that example",
                  loss,
                  step,
                  batch.examples().get(i).index(),
                  rows(batch.examples()),
                  spec.learningRate()));
        }
      }
    }

    private static String rows(List<TrainingExample> examples) {
      return examples.stream().map(TrainingExample::index).toList().toString();
    }

    private void tellTraining() {
      progress.record(line("train", means.values(), means.tokensPerSecond()));
      means = new StepMeans();
    }

    private Map<String, Double> evaluate() {
      Stopwatch watch = new Stopwatch();
      MetricMeans evaluated = new MetricMeans();
      double kl = evalKl.of(evalMismatched);
      if (!evalMismatched.isEmpty()) {
        evaluated.add(REFERENCE_KL, kl);
      }
      for (PackedBatch batch : evalBatches) {
        evaluated.add(batch.examples(), pass.evaluate(batch, references.eval(), kl));
      }
      evaluationSeconds = watch.seconds();
      progress.record(line("eval", evaluated.values(), 0));
      return evaluated.values();
    }

    private void select(Map<String, Double> metrics) throws IOException {
      selection = selection.after(step, metrics, spec);
      if (selection.bestStep() == step) {
        AtomicFiles.replace(folder.best(), files::writeResult);
      }
      stoppedEarly = selection.isOutOfPatience(spec);
      if (stoppedEarly) {
        progress.say(
            String.format(
                Locale.ROOT,
                "stopped early: no better %s in %d evaluations; the best is that of step %d",
                spec.selectBy(),
                selection.withoutGain(),
                selection.bestStep()));
      }
    }

    private void checkpoint() {
      checkpoints.save(state(), files::writeCheckpoint, optimizer);
    }

    TrainingState state() {
      return new TrainingState(
          begin.run(),
          begin.seed(),
          step,
          plan.examplesAfter(step),
          selection,
          stoppedEarly,
          trainedTokens,
          trainingSeconds,
          Map.of());
    }

    private TrainingProgress line(
        String phase, Map<String, Double> metrics, double tokensPerSecond) {
      double secondsOfStep = step == 0 ? 0 : trainingSeconds / step;
      double eta =
          (plan.totalSteps() - step) * secondsOfStep
              + plan.evaluationsAfter(step) * evaluationSeconds;
      return new TrainingProgress(
          phase,
          step,
          plan.totalSteps(),
          plan.examplesAfter(step),
          plan.epochs(step),
          metrics,
          tokensPerSecond,
          eta);
    }
  }

  /** What a line of training says: means over the steps since the last one. */
  private static final class StepMeans {
    private final MetricMeans metrics = new MetricMeans();
    private long tokens;
    private int steps;
    private double gradientNorms;
    private double learningRate;
    private double seconds;

    void add(PackedBatch batch, ObjectiveOutcome outcome) {
      metrics.add(batch.examples(), outcome);
    }

    void addReferenceKl(double kl) {
      metrics.add(REFERENCE_KL, kl);
    }

    void add(int stepTokens, double gradientNorm, double rate, double stepSeconds) {
      steps++;
      tokens += stepTokens;
      gradientNorms += gradientNorm;
      learningRate = rate;
      seconds += stepSeconds;
    }

    Map<String, Double> values() {
      Map<String, Double> values = metrics.values();
      values.put("grad_norm", gradientNorms / steps);
      values.put("learning_rate", learningRate);
      values.put("examples_per_second", metrics.examples() / seconds);
      return values;
    }

    double tokensPerSecond() {
      return tokens / seconds;
    }
  }

  /** Wall time since it was made. */
  private static final class Stopwatch {
    private final long start = System.nanoTime();

    double seconds() {
      return (System.nanoTime() - start) / 1e9;
    }
  }
}
