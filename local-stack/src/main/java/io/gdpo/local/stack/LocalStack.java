package io.gdpo.local.stack;

import io.gdpo.contracts.Reason;
import io.gdpo.embedded.FreePort;
import io.gdpo.local.CommandFailure;
import io.gdpo.local.ExitCode;
import io.gdpo.local.Installation;
import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.stack.StackState.ServiceState;
import java.net.http.HttpClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The whole system on one machine: Kafka inside this process, PostgreSQL and the three services
 * beside it. Owns all of them: starts them in order, has them kept running by {@link Supervision},
 * tells how they fare in {@code stack.json}, and stops everything on {@link #close}. If this
 * process is killed, the others end by themselves: a service sees the end of its standard input,
 * and PostgreSQL has its own guard.
 *
 * <p>Thread-safe.
 */
public final class LocalStack implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(240);
  private static final long POLL_MILLIS = 100;
  private static final int TAIL_LINES = 15;
  private static final long LAST_STACK_LIMIT_SECONDS = 40;
  private static final String JAVA_OPTIONS = "GDPO_LAUNCHER_JAVA_OPTIONS"; // of workers

  private final StackHome home;
  private final Installation installation;
  private final Consumer<String> news;
  private final StackLock lock;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final Map<Service, SupervisedService> services = new EnumMap<>(Service.class);
  private final CountDownLatch closed = new CountDownLatch(1);
  private final Infrastructure infrastructure;
  private final Supervision supervision;
  private Phase phase = Phase.STARTING;
  private volatile String lastTrouble = "";

  private LocalStack(
      StackHome home, Installation installation, Consumer<String> news, StackLock lock) {
    this.home = home;
    this.installation = installation;
    this.news = news;
    this.lock = lock;
    this.infrastructure = new Infrastructure(home);
    this.supervision = new Supervision(Patience.of(System.getenv()), news, this::tellState);
  }

  /**
   * Starts everything and returns when all services are ready.
   *
   * @param news told of each step, and later of services that died
   * @return empty if another process runs a stack on this home already
   * @throws CommandFailure if something does not start; nothing is left running then
   */
  public static Optional<LocalStack> start(
      StackHome home, Installation installation, Consumer<String> news) {
    for (Service service : Service.values()) {
      installation.serviceJar(service.label()); // fail before anything is started
    }
    installation.workerFolder();
    return StackLock.tryAcquire(home.lock())
        .map(lock -> new LocalStack(home, installation, news, lock).started());
  }

  private LocalStack started() {
    Thread hook = new Thread(this::close, "gdpo-shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try {
      startInOrder();
      return this;
    } catch (RuntimeException e) {
      boolean wasStopped = isStopping();
      close();
      throw wasStopped
          ? new CommandFailure(ExitCode.INTERRUPTED, "Stopped while starting", "", e)
          : e;
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "The start was interrupted", "", e);
    }
  }

  private void startInOrder() throws InterruptedException {
    Instant begin = Instant.now();
    awaitLastServices();
    news.accept("Starting the stack in " + home.root());
    home.emptyTemporary();
    writeState();
    Instant infrastructureBegin = Instant.now();
    infrastructure.start(started -> news.accept(step(started[0], started[1], infrastructureBegin)));
    List<Integer> ports = FreePort.choose(Service.values().length);
    synchronized (this) {
      refuseIfStopping();
      for (Service service : Service.values()) {
        services.put(service, launched(service, ports.get(service.ordinal())));
      }
      writeState();
    }
    awaitReady(begin);
    synchronized (this) {
      refuseIfStopping();
      phase = Phase.READY;
      infrastructure.parts().forEach(supervision::watch);
      services.values().forEach(supervision::watch);
      supervision.repeat(this::mendRecord);
      writeState();
    }
    news.accept("Ready after " + seconds(begin) + ". Logs are in " + home.logs());
  }

  private synchronized boolean isStopping() {
    return phase == Phase.STOPPING;
  }

  private void refuseIfStopping() throws InterruptedException {
    if (isStopping()) {
      throw new InterruptedException("The stack is being stopped while it starts");
    }
  }

  /** A killed stack's services may still be ending: two of a kind must not share a home. */
  private void awaitLastServices() {
    StackState.read(home.state()).map(StackState::services).orElse(Map.of()).values().stream()
        .flatMap(last -> last.process().running().stream())
        .forEach(this::awaitEnd);
  }

  private void awaitEnd(ProcessHandle last) {
    news.accept("Waiting for a process of the last stack to end (" + last.pid() + ")");
    try {
      last.onExit().get(LAST_STACK_LIMIT_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new CommandFailure(
          ExitCode.NOT_STARTED,
          "Process " + last.pid() + " of the last stack in " + home.root() + " does not end",
          "Kill it and try again: kill -9 " + last.pid(),
          e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Waiting for process " + last.pid() + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CommandFailure(ExitCode.INTERRUPTED, "The start was interrupted", "", e);
    }
  }

  private SupervisedService launched(Service service, int port) {
    Map<String, String> environment = infrastructure.environment(service);
    environment.put("GDPO_ARTIFACTS", home.artifactsUri().toString());
    environment.put("GDPO_LAUNCHER_WORKER", installation.workerFolder().toString());
    String given = System.getenv(JAVA_OPTIONS);
    environment.put(
        JAVA_OPTIONS, "-Djava.io.tmpdir=" + home.temporary() + (given == null ? "" : "," + given));
    environment.put("OMP_WAIT_POLICY", "PASSIVE");
    environment.put("DJL_OFFLINE", "true");
    environment.put("OPT_OUT_TRACKING", "true");
    return new SupervisedService(
        service,
        installation.serviceJar(service.label()),
        home.temporary(),
        home.log(service.label()),
        environment,
        port,
        http);
  }

  private void awaitReady(Instant begin) throws InterruptedException {
    List<SupervisedService> waiting = new ArrayList<>(services.values());
    while (!waiting.isEmpty()) {
      refuseIfStopping();
      for (SupervisedService service : List.copyOf(waiting)) {
        ServiceProcess process = service.process();
        if (!process.isAlive() && service.hasLostItsPort()) {
          service.startAgain();
        } else if (!process.isAlive()) {
          throw new CommandFailure(
              ExitCode.NOT_STARTED,
              process.service().label()
                  + " "
                  + SupervisedService.ended(process.exitValue())
                  + " before it was ready. The end of its log:\n"
                  + LogTail.indented(process.log(), TAIL_LINES),
              "The whole log is " + process.log() + ".");
        }
        if (process.isReady(http)) {
          waiting.remove(service);
          news.accept(step(process.service().label(), process.url().toString(), begin));
        } else if (Duration.between(begin, Instant.now()).compareTo(START_LIMIT) > 0) {
          throw new CommandFailure(
              ExitCode.NOT_STARTED,
              process.service().label()
                  + " is not ready after "
                  + START_LIMIT.toSeconds()
                  + " s. The end of its log:\n"
                  + LogTail.indented(process.log(), TAIL_LINES),
              "Ask " + process.url() + "/q/health and see " + process.log() + ".");
        }
      }
      TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
    }
  }

  /** What others are told about this stack. */
  public synchronized StackState state() {
    Map<String, ServiceState> states = new LinkedHashMap<>();
    Map<String, Health> health = new LinkedHashMap<>();
    for (String part : List.of(Infrastructure.KAFKA, Infrastructure.POSTGRESQL)) {
      health.put(part, supervision.health(part));
    }
    services.forEach(
        (service, s) -> {
          health.put(service.label(), supervision.health(service.label()));
          states.put(service.label(), s.state(health.get(service.label()).restarts()));
        });
    return new StackState(
        phase,
        ProcessIdentity.current(),
        infrastructure.kafka(),
        infrastructure.databaseUrl(),
        states,
        health);
  }

  private synchronized void writeState() {
    state().write(home.state());
  }

  /** What happens must go on also while it cannot be written down, on a full disk for instance. */
  private void tellState() {
    try {
      writeState();
    } catch (RuntimeException e) {
      tellOnce(e);
    }
  }

  /** The record of a running stack may be lost: deleted, or cut by a full disk. */
  private synchronized void mendRecord() {
    try {
      if (phase == Phase.READY && !StackState.read(home.state()).equals(Optional.of(state()))) {
        writeState();
      }
    } catch (RuntimeException e) {
      tellOnce(e);
    }
  }

  /** Each look would meet the same trouble again. */
  private void tellOnce(RuntimeException e) {
    String now = Reason.of(e);
    if (!now.equals(lastTrouble)) {
      lastTrouble = now;
      news.accept(now);
    }
  }

  /** Blocks until the stack has been stopped. */
  public void awaitClose() throws InterruptedException {
    closed.await();
  }

  /**
   * Stops the services, then Kafka, then PostgreSQL. Does nothing the second time but wait for the
   * first.
   */
  @Override
  public void close() {
    List<SupervisedService> running;
    synchronized (this) {
      if (phase == Phase.STOPPING) {
        running = null;
      } else {
        phase = Phase.STOPPING;
        running = List.copyOf(services.values());
      }
    }
    if (running == null) {
      awaitOtherClose();
      return;
    }
    try {
      stopInOrder(running);
    } finally {
      closed.countDown();
    }
  }

  private void awaitOtherClose() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void stopInOrder(List<SupervisedService> running) {
    news.accept("Stopping the stack");
    tellState();
    supervision.close();
    try {
      running.forEach(s -> s.process().askToStop());
      running.forEach(s -> s.process().awaitStop());
      infrastructure.close();
    } finally {
      lock.close();
    }
    news.accept("Stopped");
  }

  private static String step(String what, String where, Instant begin) {
    return String.format(Locale.ROOT, "  %-18s %-40s %s", what, where, seconds(begin));
  }

  private static String seconds(Instant begin) {
    return String.format(
        Locale.ROOT, "%.1f s", Duration.between(begin, Instant.now()).toMillis() / 1000.0);
  }
}
