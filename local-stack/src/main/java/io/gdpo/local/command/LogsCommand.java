package io.gdpo.local.command;

import io.gdpo.local.client.TrainerClient;
import io.gdpo.local.home.LogTail;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.service.Service;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import io.gdpo.local.watch.FollowedLog;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo logs}: what a training job or a service wrote. */
@Command(
    name = "logs",
    header = "Show the log of a training job or of a service.",
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo logs demo/sft -f            a stage's job, until it ends",
      "  gdpo logs trainer-service        a service, also after it died"
    })
public final class LogsCommand implements Callable<Integer> {
  private static final int OVERLAP_LINES = 1000;
  private static final long POLL_MILLIS = 500;

  @ParentCommand private CommonOptions common;

  @Parameters(
      paramLabel = "JOB",
      description =
          "A job's id ('gdpo status' shows it), EXPERIMENT/STAGE, or dataset-service,"
              + " trainer-service, evaluator-service.")
  private String job;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on showing what is written, until the job ends or Ctrl-C.")
  private boolean follow;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      defaultValue = "200",
      description = "How many of the last lines to show first (${DEFAULT-VALUE}).")
  private int lines;

  @Override
  public Integer call() throws InterruptedException {
    StackHome home = common.home();
    Optional<Service> service = Service.ofLabel(job);
    if (service.isPresent()) {
      show(n -> LogTail.of(home.log(service.get().label()), n), () -> false);
      return ExitCode.OK.code();
    }
    TrainerClient trainer = new TrainerClient(common.services());
    String id = jobId(trainer);
    show(n -> trainer.jobLog(id, n), () -> trainer.hasEnded(id));
    return ExitCode.OK.code();
  }

  private String jobId(TrainerClient trainer) {
    int slash = job.indexOf('/');
    if (slash < 0) {
      return job;
    }
    return trainer.stage(job.substring(0, slash), job.substring(slash + 1)).jobId();
  }

  private void show(IntFunction<List<String>> tail, BooleanSupplier ended)
      throws InterruptedException {
    Console console = Console.forPeople();
    List<String> first = tail.apply(Math.max(lines, follow ? OVERLAP_LINES : lines));
    first.subList(Math.max(0, first.size() - lines), first.size()).forEach(console::print);
    FollowedLog log = new FollowedLog(first);
    boolean more = follow;
    while (more) {
      more = !ended.getAsBoolean(); // asked first: what was written until the end is then shown
      log.fresh(tail.apply(OVERLAP_LINES)).forEach(console::print);
      if (more) {
        TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
      }
    }
  }
}
