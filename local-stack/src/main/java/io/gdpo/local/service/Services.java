package io.gdpo.local.service;

import io.gdpo.embedded.FreePort;
import io.gdpo.local.home.Installation;
import io.gdpo.local.home.LogTail;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/**
 * The services of a stack: started at once, waited for, stopped at once. Not thread-safe; owned by
 * the stack that starts and stops them.
 */
public final class Services {
  private static final Duration START_LIMIT = Duration.ofSeconds(240);
  private static final long POLL_MILLIS = 100;
  private static final int TAIL_LINES = 15;

  private final StackHome home;
  private final Installation installation;
  private final ServicePrograms programs;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final List<SupervisedService> started = new ArrayList<>();

  /**
   * @throws CommandFailure if a service, or the worker that it starts, is not built
   */
  public Services(StackHome home, Installation installation, ServicePrograms programs) {
    requireBuilt(home, installation, programs);
    this.home = home;
    this.installation = installation;
    this.programs = programs;
  }

  /**
   * @throws CommandFailure if a service, or the worker that it starts, is not built
   */
  public static void requireBuilt(
      StackHome home, Installation installation, ServicePrograms programs) {
    for (Service service : Service.values()) {
      programs.command(service, home.temporary());
    }
    installation.workerFolder();
  }

  /** Starts each on a port of its own; returns before they answer. */
  public void start(Function<Service, Map<String, String>> infrastructure) {
    List<Integer> ports = FreePort.choose(Service.values().length);
    for (Service service : Service.values()) {
      Map<String, String> environment = new HashMap<>(infrastructure.apply(service));
      if (!System.getenv().containsKey("GDPO_ARTIFACTS")) { // somebody wants them elsewhere
        environment.put("GDPO_ARTIFACTS", home.artifacts().toUri().toString());
      }
      if (!System.getenv().containsKey("GDPO_LAUNCHER_JAVA")) { // a native program has no Java
        environment.put("GDPO_LAUNCHER_JAVA", Installation.ownJava().toString());
      }
      environment.put("GDPO_LAUNCHER_WORKER", installation.workerFolder().toString());
      environment.put("GDPO_WORK_REPLICA", service.label());
      environment.put("OMP_WAIT_POLICY", "PASSIVE");
      environment.put("DJL_OFFLINE", "true");
      environment.put("OPT_OUT_TRACKING", "true");
      started.add(
          new SupervisedService(
              service,
              programs.command(service, home.temporary()),
              home.log(service.label()),
              environment,
              ports.get(service.ordinal()),
              http));
    }
  }

  /**
   * Returns when all are ready.
   *
   * @param ready told the name and the address of each
   * @param stopping whether there is nothing to wait for any more
   * @throws CommandFailure if one ends, or takes too long
   * @throws InterruptedException if the stack is being stopped
   */
  public void awaitReady(BiConsumer<String, String> ready, BooleanSupplier stopping)
      throws InterruptedException {
    Instant begin = Instant.now();
    List<SupervisedService> waiting = new ArrayList<>(started);
    while (!waiting.isEmpty()) {
      for (SupervisedService service : List.copyOf(waiting)) {
        if (stopping.getAsBoolean()) {
          throw new InterruptedException("The stack is being stopped while it starts");
        }
        if (!service.isAlive() && service.hasLostItsPort()) {
          service.startAgain();
        } else if (!service.isAlive()) {
          throw notStarted(service, service.end() + " before it was ready", "");
        }
        if (service.process().isReady(http)) {
          waiting.remove(service);
          ready.accept(service.label(), service.url().toString());
        } else if (Duration.between(begin, Instant.now()).compareTo(START_LIMIT) > 0) {
          throw notStarted(
              service,
              "is not ready after " + START_LIMIT.toSeconds() + " s",
              "Ask " + service.url() + "/q/health. ");
        }
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  private static CommandFailure notStarted(SupervisedService service, String how, String remedy) {
    return new CommandFailure(
        ExitCode.NOT_STARTED,
        service.label()
            + " "
            + how
            + ". The end of its log:\n"
            + LogTail.indented(service.log(), TAIL_LINES),
        remedy + "The whole log is " + service.log() + ".");
  }

  /** Those that were started, in the order in which data flows through them. */
  public List<SupervisedService> started() {
    return List.copyOf(started);
  }

  /** Asks all to end, then waits for each; one that takes too long is killed. */
  public void stop() {
    started.forEach(service -> service.process().askToStop());
    started.forEach(service -> service.process().awaitStop());
  }
}
