package io.gdpo.training.plan;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.WorkerCommand;
import io.gdpo.artifacts.source.Source;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.training.memory.AvailableMemory;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * The command {@code plan}: looks at an experiment's model, at the lengths of its examples and at
 * the memory that its stages will need; its result is an {@link ExperimentPlan}, and beside it lie
 * {@link io.gdpo.contracts.job.TokenSamples}. A plan that tells of problems has succeeded all the
 * same.
 */
public final class PlanCommand implements WorkerCommand<PlanTask> {
  private final ExampleSource examples;
  private final Map<String, String> environment;
  private final AvailableMemory available;

  /** On this machine. */
  public PlanCommand(ExampleSource examples) {
    this(examples, System.getenv(), AvailableMemory.ofMachine());
  }

  /**
   * @param examples of datasets that are not built yet
   * @param environment of the Hub's settings
   * @param available a stage that needs more is a problem
   */
  PlanCommand(ExampleSource examples, Map<String, String> environment, AvailableMemory available) {
    this.examples = examples;
    this.environment = environment;
    this.available = available;
  }

  @Override
  public String verb() {
    return "plan";
  }

  @Override
  public Class<PlanTask> task() {
    return PlanTask.class;
  }

  @Override
  public void check(PlanTask task) {
    if (task.spec() == null || task.artifacts() == null) {
      throw new IllegalArgumentException("it lacks one of spec and artifacts");
    }
  }

  @Override
  public ExperimentPlan run(
      PlanTask task, ArtifactStore folder, BooleanSupplier stopAsked, PrintStream console)
      throws IOException {
    Sources sources = new Sources(Artifacts.at(URI.create(task.artifacts())), console::println);
    Optional<Source> source = source(task.spec().dataset(), sources, console);
    ExperimentPlan plan = plan(source.map(it -> at(task, it)).orElse(task), folder, console);
    plan =
        source.isPresent()
            ? plan.withSource(Sources.sha256(source.get().path()), source.get().address())
            : plan;
    console.println(
        plan.problems().isEmpty() ? "nothing speaks against it" : plan.problems().toString());
    return plan;
  }

  /** Empty if there is none, or it cannot be read here: its build will tell what is wrong. */
  private static Optional<Source> source(
      DatasetSpec dataset, Sources sources, PrintStream console) {
    if (dataset.id() != null) {
      return Optional.empty();
    }
    try {
      return Optional.of(sources.of(dataset));
    } catch (SourceException e) {
      console.println("The dataset's source is not known yet: " + Reason.of(e));
      return Optional.empty();
    }
  }

  /** The same task with what was found, so that a branch which moves meanwhile is read once. */
  private static PlanTask at(PlanTask task, Source source) {
    ExperimentSpec spec = task.spec();
    return new PlanTask(
        spec.withDataset(spec.dataset().withSource(source.address())),
        task.datasetUri(),
        task.artifacts(),
        task.processors());
  }

  private ExperimentPlan plan(PlanTask task, ArtifactStore folder, PrintStream console)
      throws IOException {
    StartModelCheck.Look look = new StartModelCheck(environment).look(task.spec());
    Optional<StartModel> model = look.model();
    if (model.isEmpty() || !look.problems().isEmpty()) {
      return new ExperimentPlan(
          look.problems(), model.map(StartModel::shape).orElse(null), null, null, null, null);
    }
    PlannedExamples read = PlannedExamples.of(task, examples);
    read.unknown().ifPresent(why -> console.println("its examples are not known: " + why));
    return new StagePlans(task, model.get(), read, available, folder, console).plan();
  }

  @Override
  public boolean isRefusal(Throwable cause) {
    return false;
  }
}
