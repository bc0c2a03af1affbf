package io.gdpo.worker;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.artifacts.process.WorkerProcess;
import io.gdpo.evaluation.measure.EvaluateCommand;
import io.gdpo.group.build.BuildCommand;
import io.gdpo.group.build.DatasetExamples;
import io.gdpo.training.export.ExportCommand;
import io.gdpo.training.plan.PlanCommand;
import io.gdpo.training.run.TrainCommand;
import io.gdpo.worker.trainjob.TrainJobStatus;
import java.util.Arrays;
import java.util.Optional;

/**
 * The program that computes; control planes start it, as a child process or in a cluster, and read
 * what it leaves.
 *
 * <pre>
 * plan     --job URI   whether an experiment can be trained and what it needs, told without weights
 * build    --job URI   one dataset
 * train    --job URI   one training job, or its next attempt
 * evaluate --job URI   one checkpoint, measured
 * export   MODEL DIR   a trained model for others; for people, by {@code gdpo export}
 * </pre>
 *
 * <p>A job is a JSON file; what comes of it is told beside it, in {@code outcome.json}. See {@link
 * WorkerProcess} for how it is asked to stop, and {@link ExitCode} for how it ends.
 */
public final class Worker {
  private Worker() {}

  public static void main(String... args) {
    String verb = args.length == 0 ? "" : args[0];
    String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
    System.exit(
        switch (verb) {
          case "plan" -> WorkerProcess.run(new PlanCommand(DatasetExamples::read), rest);
          case "build" -> WorkerProcess.run(new BuildCommand(), rest);
          case "train" -> train(rest);
          case "evaluate" -> WorkerProcess.run(new EvaluateCommand(), rest);
          case "export" -> ExportCommand.run(System.out, System.err, rest);
          default -> {
            System.err.println(
                "'" + verb + "' is none of plan, build, train, evaluate (--job URI) and export");
            yield ExitCode.USAGE;
          }
        });
  }

  /** What is told to a TrainJob of Kubeflow is told beside the outcome, and after it at the end. */
  private static int train(String... args) {
    Optional<TrainJobStatus> status = TrainJobStatus.of(System.getenv(), System.out);
    int code = WorkerProcess.run(status.map(TrainCommand::new).orElseGet(TrainCommand::new), args);
    status.ifPresent(it -> it.end(code == ExitCode.DONE));
    return code;
  }
}
