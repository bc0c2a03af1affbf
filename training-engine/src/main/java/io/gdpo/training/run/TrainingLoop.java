package io.gdpo.training.run;

import ai.djl.Device;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.contracts.state.Phase;
import io.gdpo.lm.model.Devices;
import io.gdpo.training.TrainingFailedException;
import io.gdpo.training.batch.PackedBatch;
import io.gdpo.training.batch.StepBatches;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import io.gdpo.training.batch.TrainingPlan;
import io.gdpo.training.checkpoint.CheckpointStore;
import io.gdpo.training.checkpoint.ModelSelection;
import io.gdpo.training.checkpoint.TrainingState;
import io.gdpo.training.model.BrokenStart;
import io.gdpo.training.model.ModelFiles;
import io.gdpo.training.objective.ObjectiveOutcome;
import io.gdpo.training.objective.ObjectiveOutcome.Column;
import io.gdpo.training.step.LearningRateSchedule;
import io.gdpo.training.step.Optimizer;
import io.gdpo.training.step.SplitEvaluation;
import io.gdpo.training.step.Step;
import io.gdpo.training.step.StepMeans;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * The steps of a run and what happens between them: evaluations, the choice of the best model,
 * checkpoints, progress, the end.
 */
final class TrainingLoop implements AutoCloseable {
  private final TrainingJob job;
  private final TrainingSpec spec;
  private final JobWorkspace workspace;
  private final Parts parts;
  private final BooleanSupplier stopAsked;
  private final LearningRateSchedule schedule;
  private final StepBatches batches;

  private final TrainingState begin;
  private long step;
  private ModelSelection selection;
  private boolean stoppedEarly;
  private long trainedTokens;
  private double trainingSeconds;
  private double evaluationSeconds;
  private StepMeans means = new StepMeans();

  /** What the loop drives; all of it stays its owner's. */
  record Parts(
      Step step,
      SplitEvaluation evaluation,
      Optimizer optimizer,
      TrainingPlan plan,
      TrainingData data,
      CheckpointStore checkpoints,
      ProgressLog progress,
      ModelFiles files,
      Device device) {}

  /**
   * @param begin where the run stands
   * @param stopAsked asked after every step whether to save a checkpoint and end
   */
  TrainingLoop(
      TrainingJob job,
      JobWorkspace workspace,
      Parts parts,
      TrainingState begin,
      BooleanSupplier stopAsked) {
    this.job = job;
    this.spec = job.training();
    this.workspace = workspace;
    this.parts = parts;
    this.stopAsked = stopAsked;
    this.schedule = LearningRateSchedule.of(spec, parts.plan.totalSteps());
    this.batches =
        new StepBatches(this::laidOut, parts.plan.totalSteps(), spec.levers().prefetch());
    this.begin = begin;
    this.step = begin.step();
    this.selection = begin.selection();
    this.stoppedEarly = begin.stoppedEarly();
    this.trainedTokens = begin.trainedTokens();
    this.trainingSeconds = begin.trainingSeconds();
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
    while (!parts.plan.isLast(step) && !stoppedEarly) {
      if (stopAsked.getAsBoolean()) {
        checkpoint();
        parts.progress.say("stopped as asked, after step " + step + "; a checkpoint is saved");
        return false;
      }
      trainOneStep();
      parts.progress.showIfDue();
      if (parts.plan.isLineDue(step)) {
        parts.progress.record(line(Phase.TRAIN, means.values(), means.tokensPerSecond()));
        means = new StepMeans();
      }
      if (parts.plan.isEvaluationDue(step)) {
        select(evaluate());
      }
      if (parts.plan.isCheckpointDue(step) || stoppedEarly) {
        checkpoint();
      }
    }
    return true;
  }

  private StepBatches.LaidOut laidOut(long ofStep) {
    return parts.step.layOut(parts.plan.batch(ofStep, parts.data.train()));
  }

  private void trainOneStep() throws IOException {
    Stopwatch watch = new Stopwatch();
    step++;
    double learningRate = schedule.at(step);
    Step.Taken taken = parts.step.take(batches.of(step), learningRate);
    requireFinite(taken);
    double seconds = watch.seconds();
    means.add(taken, learningRate, seconds);
    trainedTokens += taken.tokens();
    trainingSeconds += seconds;
  }

  private void requireFinite(Step.Taken taken) throws IOException {
    List<TrainingExample> examples =
        taken.batches().stream().flatMap(batch -> batch.examples().stream()).toList();
    for (int b = 0; b < taken.batches().size(); b++) {
      requireFinite(taken.batches().get(b), taken.outcomes().get(b));
    }
    if (!Double.isFinite(taken.gradientNorm())) {
      throw new TrainingFailedException(
          String.format(
              Locale.ROOT,
              "the gradient's norm is %s at step %d, though the loss is finite; lower learning_rate (%s) or look at these examples: rows %s of train.parquet",
              taken.gradientNorm(),
              step,
              spec.learningRate(),
              rows(examples)));
    }
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

  private Map<String, Double> evaluate() {
    Stopwatch watch = new Stopwatch();
    Map<String, Double> metrics = parts.evaluation.metrics(stopAsked);
    evaluationSeconds = watch.seconds();
    parts.progress.record(line(Phase.EVAL, metrics, 0));
    return metrics;
  }

  private void select(Map<String, Double> metrics) throws IOException {
    selection = selection.after(step, metrics, spec);
    if (selection.bestStep() == step) {
      AtomicFiles.replace(new JobFolder(workspace.root()).best(), parts.files::writeResult);
    }
    stoppedEarly = selection.isOutOfPatience(spec);
    if (stoppedEarly) {
      parts.progress.say(
          String.format(
              Locale.ROOT,
              "stopped early: no better %s in %d evaluations; the best is that of step %d",
              spec.selectBy(),
              selection.withoutGain(),
              selection.bestStep()));
    }
  }

  private void checkpoint() throws IOException {
    parts.progress.show();
    parts.checkpoints.save(state(), parts.files::writeCheckpoint, parts.optimizer::save);
    workspace.publish();
  }

  /** Where the run stands now. */
  TrainingState state() {
    return new TrainingState(
        begin.run(),
        begin.seed(),
        step,
        parts.plan.examplesAfter(step),
        selection,
        stoppedEarly,
        trainedTokens,
        trainingSeconds,
        Devices.name(parts.device),
        Map.of());
  }

  private TrainingProgress line(Phase phase, Map<String, Double> metrics, double tokensPerSecond) {
    double secondsOfStep = step == 0 ? 0 : trainingSeconds / step;
    double eta =
        (parts.plan.totalSteps() - step) * secondsOfStep
            + parts.plan.evaluationsAfter(step) * evaluationSeconds;
    return new TrainingProgress(
        phase,
        step,
        parts.plan.totalSteps(),
        parts.plan.examplesAfter(step),
        parts.plan.epochs(step),
        metrics,
        tokensPerSecond,
        eta);
  }
}
