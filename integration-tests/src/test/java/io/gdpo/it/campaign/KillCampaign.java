package io.gdpo.it.campaign;

import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.it.stack.Processes;
import io.gdpo.it.stack.Records;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import io.gdpo.it.stack.Worker;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/**
 * Kills parts of a running system with {@code kill -9}, drawn by seed, while experiments run, and
 * says what was wrong afterwards: an experiment that did not end well, weights or measures that
 * differ from those of an undisturbed run, an event that was lost or told twice, a file or a
 * process that is left over.
 *
 * <p>The seed fixes what is killed and the pauses between; what exactly each part is doing at that
 * moment is the machine's to decide.
 */
final class KillCampaign implements AutoCloseable {
  private static final int AT_ONCE = 3;
  private static final int LONGEST_PAUSE_MILLIS = 8000;
  private static final Duration TO_FIND_A_WORKER = Duration.ofSeconds(10);
  private static final Duration TO_COME_BACK = Duration.ofSeconds(180);
  private static final Duration TO_END = Duration.ofMinutes(15);
  private static final Duration TO_LEAVE = Duration.ofSeconds(90);

  /** A worker may die twice over one task, a build may be cut off twice; the third time ends it. */
  private static final int DEATHS_THAT_A_TASK_BEARS = 2;

  /** The experiment that all others are held against; nothing may be killed while it runs. */
  static final String UNDISTURBED = "undisturbed";

  private final Path home;
  private final Map<String, String> settings;
  private final UnaryOperator<String> specification;
  private final PrintStream out;
  private final Map<String, Integer> deaths = new HashMap<>();
  private final Map<String, Integer> struck = new TreeMap<>();
  private final Map<String, ExperimentView> experiments = new LinkedHashMap<>();
  private final ExecutorService submissions = Executors.newSingleThreadExecutor();
  private volatile Stack stack;

  /**
   * Starts a system.
   *
   * @param settings of the system, as environment variables
   * @param specification of an experiment with a name, as JSON
   * @param out told of each fault and its time
   */
  KillCampaign(
      Path home,
      Map<String, String> settings,
      UnaryOperator<String> specification,
      PrintStream out) {
    this.home = home;
    this.settings = settings;
    this.specification = specification;
    this.out = out;
    this.stack = Stack.start(home, settings);
  }

  /** The system as it runs now; another one after its supervisor was killed. */
  Stack stack() {
    return stack;
  }

  /**
   * Runs it.
   *
   * @return what was wrong; nothing if all was well
   */
  List<String> run(long seed, int faults) throws InterruptedException {
    submit(UNDISTURBED);
    awaitEnds();
    Random random = new Random(seed);
    int submitted = 0;
    for (int fault = 1; fault <= faults; fault++) {
      look();
      while (running().size() < AT_ONCE) {
        submit("disturbed-" + ++submitted);
      }
      double part = random.nextDouble();
      Victim drawn = Victim.drawn(random);
      TimeUnit.MILLISECONDS.sleep((long) (part * part * LONGEST_PAUSE_MILLIS));
      strike(fault + "/" + faults, drawn);
    }
    awaitEnds();
    return end();
  }

  /**
   * Stops the system and looks at all that is left.
   *
   * @return what was wrong
   */
  List<String> end() throws InterruptedException {
    List<Records.Seen> records = Records.everything(stack);
    close();
    ExperimentView undisturbed = experiments.remove(UNDISTURBED);
    ToldOnce told = new ToldOnce(records, undisturbed);
    SameResults results = new SameResults(home.resolve("artifacts"), undisturbed);
    for (ExperimentView experiment : experiments.values()) {
      told.check(experiment);
      results.check(experiment);
    }
    List<String> wrong = new ArrayList<>();
    wrong.addAll(told.wrong());
    wrong.addAll(results.wrong());
    if (!within(TO_LEAVE, () -> Processes.of(home).isEmpty())) {
      Processes.of(home)
          .forEach(p -> wrong.add("process " + p.pid() + " is left: " + p.info().commandLine()));
    }
    say(experiments.size() + " experiments; killed: " + struck + "; " + told.summary());
    return wrong;
  }

  /** Has an experiment taken in by REST and by Kafka in turn, whatever is killed meanwhile. */
  void submit(String name) {
    boolean byKafka = experiments.size() % 2 == 1;
    String json =
        TinyExperiment.withOwnSurvey(
            specification.apply(name), home.resolve("survey-" + name + ".csv"));
    experiments.put(name, null);
    submissions.execute(
        () -> {
          boolean taken = false;
          while (!taken && !Thread.currentThread().isInterrupted()) {
            taken =
                byKafka
                    ? Records.takes(
                        stack.kafka(),
                        "gdpo.experiments",
                        name,
                        "ExperimentSubmitted",
                        "{\"spec\": " + json + "}")
                    : stack.takes(json);
            pause();
          }
        });
  }

  private List<String> running() {
    return experiments.entrySet().stream()
        .filter(e -> e.getValue() == null || !hasEnded(e.getValue()))
        .map(Map.Entry::getKey)
        .toList();
  }

  private void look() {
    for (String name : running()) {
      stack.glance(name).ifPresent(view -> experiments.put(name, view));
    }
  }

  /** Returns when all experiments have ended. */
  void awaitEnds() throws InterruptedException {
    boolean ended =
        within(
            TO_END,
            () -> {
              look();
              return running().isEmpty();
            });
    if (!ended) {
      throw new AssertionError("Not ended within " + TO_END + ": " + running());
    }
  }

  /**
   * Kills what was drawn; where no such worker comes soon, another one; where there is none, or a
   * build may not be cut off once more, evaluator-service in its place: what is not there cannot be
   * killed, and without a service nothing comes. A supervisor is started again.
   *
   * @param which the fault's number, for people
   */
  void strike(String which, Victim drawn) throws InterruptedException {
    Optional<Worker> worker = drawn.isWorker() ? found(drawn) : Optional.empty();
    if (worker.isPresent()) {
      deaths.merge(worker.get().task(), 1, Integer::sum);
      kill(which, worker.get().verb(), worker.get().process(), " of " + worker.get().task());
      return;
    }
    Victim victim = drawn.isWorker() || mustSpareBuilds(drawn) ? Victim.EVALUATOR_SERVICE : drawn;
    if (victim.cutsOffBuilds()) {
      stack.workers().stream()
          .filter(w -> Victim.BUILD.does(w.verb()))
          .forEach(w -> deaths.merge(w.task(), 1, Integer::sum));
    }
    if (!within(TO_COME_BACK, () -> victim.in(stack).isPresent())) {
      throw new AssertionError(victim + " is not back after " + TO_COME_BACK);
    }
    victim.in(stack).ifPresent(process -> kill(which, victim.toString(), process, ""));
    if (victim == Victim.SUPERVISOR) {
      stack.launcher().waitFor();
      stack = Stack.start(home, settings);
    }
  }

  /** A worker that may still be killed, of this kind if one comes soon; empty if there is none. */
  private Optional<Worker> found(Victim kind) throws InterruptedException {
    List<Worker> found = new ArrayList<>();
    within(
        TO_FIND_A_WORKER,
        () -> {
          found.clear();
          stack.workers().stream().filter(w -> !hasBorneAll(w)).forEach(found::add);
          return found.stream().anyMatch(w -> kind.does(w.verb()));
        });
    return found.stream().min(Comparator.comparing(w -> kind.does(w.verb()) ? 0 : 1));
  }

  private boolean hasBorneAll(Worker worker) {
    return deaths.getOrDefault(worker.task(), 0) >= DEATHS_THAT_A_TASK_BEARS;
  }

  private boolean mustSpareBuilds(Victim victim) {
    return victim.cutsOffBuilds()
        && stack.workers().stream().anyMatch(w -> Victim.BUILD.does(w.verb()) && hasBorneAll(w));
  }

  private void kill(String which, String victim, ProcessHandle process, String what) {
    if (process.destroyForcibly()) {
      struck.merge(victim, 1, Integer::sum);
    }
    say("fault %s: %s (process %d)%s".formatted(which, victim, process.pid(), what));
  }

  private void say(String words) {
    out.println(LocalTime.now().truncatedTo(ChronoUnit.MILLIS) + " " + words);
  }

  private static boolean hasEnded(ExperimentView experiment) {
    return experiment.finishedAt() != null;
  }

  private static boolean within(Duration limit, Supplier<Boolean> holds)
      throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!holds.get()) {
      if (System.nanoTime() > deadline) {
        return false;
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
    return true;
  }

  private static void pause() {
    try {
      TimeUnit.MILLISECONDS.sleep(200);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Stops the system as Ctrl-C does. */
  @Override
  public void close() {
    submissions.shutdownNow();
    stack.close();
  }
}
