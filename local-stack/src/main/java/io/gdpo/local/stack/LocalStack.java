package io.gdpo.local.stack;

import io.gdpo.embedded.EmbeddedBroker;
import io.gdpo.embedded.EmbeddedDatabase;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

/**
 * The whole system on one machine: Kafka inside this process, PostgreSQL and the three services
 * beside it. Owns all of them: starts them in order, starts a service again that died, and stops
 * everything on {@link #close}. If this process is killed, the others end by themselves: a service
 * sees the end of its standard input, and PostgreSQL has its own guard.
 *
 * <p>Thread-safe; restarts happen on a thread of its own.
 */
public final class LocalStack implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofSeconds(120);
  private static final Duration HEALTHY_LIFE = Duration.ofSeconds(60);
  private static final long POLL_MILLIS = 100;
  private static final int TAIL_LINES = 15;
  private static final long LAST_STACK_LIMIT_SECONDS = 40;

  private final StackHome home;
  private final Installation installation;
  private final Consumer<String> news;
  private final StackLock lock;
  private final HttpClient http =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
  private final ScheduledExecutorService restarts =
      Executors.newSingleThreadScheduledExecutor(LocalStack::daemon);
  private final Map<Service, Supervised> services = new EnumMap<>(Service.class);
  private final CountDownLatch closed = new CountDownLatch(1);

  private volatile CompletableFuture<Void> infrastructure = CompletableFuture.completedFuture(null);
  private EmbeddedDatabase database;
  private EmbeddedBroker broker;
  private Phase phase = Phase.STARTING;

  /** A service and its history in this stack. */
  private static final class Supervised {
    private final int port;
    private ServiceProcess process;
    private int restarts;
    private int rapidDeaths;
    private Instant startedAt;

    private Supervised(int port) {
      this.port = port;
    }
  }

  private LocalStack(
      StackHome home, Installation installation, Consumer<String> news, StackLock lock) {
    this.home = home;
    this.installation = installation;
    this.news = news;
    this.lock = lock;
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
    writeState();
    startInfrastructure();
    List<Integer> ports = FreePort.choose(Service.values().length);
    synchronized (this) {
      refuseIfStopping();
      for (Service service : Service.values()) {
        services.put(service, new Supervised(ports.get(service.ordinal())));
        launch(service);
      }
      writeState();
    }
    awaitReady(begin);
    synchronized (this) {
      refuseIfStopping();
      phase = Phase.READY;
      writeState();
      services.forEach((service, s) -> watch(service, s.process));
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

  private void startInfrastructure() {
    Instant begin = Instant.now();
    CompletableFuture<Void> databaseStarts =
        CompletableFuture.runAsync(
            () -> {
              EmbeddedDatabase started = EmbeddedDatabase.start(home.database(), 0, true);
              synchronized (this) {
                database = started;
              }
              news.accept(step("PostgreSQL", started.jdbcUrl("postgres"), begin));
            });
    CompletableFuture<Void> brokerStarts =
        CompletableFuture.runAsync(
            () -> {
              EmbeddedBroker started = EmbeddedBroker.start(home.broker(), 0);
              synchronized (this) {
                broker = started;
              }
              news.accept(step("Kafka", started.bootstrapServers(), begin));
            });
    infrastructure = CompletableFuture.allOf(databaseStarts, brokerStarts);
    try {
      infrastructure.join();
    } catch (CompletionException e) {
      throw new CommandFailure(
          ExitCode.NOT_STARTED,
          "Kafka or PostgreSQL did not start in " + home.root() + ": " + e.getCause().getMessage(),
          "See the logs in "
              + home.logs()
              + "; if the folder is damaged, name another with --home.",
          e.getCause());
    }
  }

  private void launch(Service service) {
    Supervised supervised = services.get(service);
    supervised.process =
        ServiceProcess.start(
            service,
            installation.serviceJar(service.label()),
            supervised.port,
            environment(service),
            home.log(service.label()));
    supervised.startedAt = Instant.now();
  }

  private Map<String, String> environment(Service service) {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("QUARKUS_DATASOURCE_JDBC_URL", database.jdbcUrl(service.database()));
    environment.put("QUARKUS_DATASOURCE_USERNAME", EmbeddedDatabase.USER);
    environment.put("QUARKUS_DATASOURCE_PASSWORD", EmbeddedDatabase.PASSWORD);
    environment.put("KAFKA_BOOTSTRAP_SERVERS", broker.bootstrapServers());
    environment.put("GDPO_ARTIFACTS", home.artifactsUri().toString());
    environment.put("OMP_WAIT_POLICY", "PASSIVE");
    environment.put("DJL_OFFLINE", "true");
    environment.put("OPT_OUT_TRACKING", "true");
    return environment;
  }

  private void awaitReady(Instant begin) throws InterruptedException {
    List<ServiceProcess> waiting =
        new ArrayList<>(services.values().stream().map(s -> s.process).toList());
    while (!waiting.isEmpty()) {
      refuseIfStopping();
      for (ServiceProcess process : List.copyOf(waiting)) {
        if (!process.isAlive()) {
          throw new CommandFailure(
              ExitCode.NOT_STARTED,
              process.service().label()
                  + " ended with exit code "
                  + process.exitValue()
                  + " before it was ready. The end of its log:\n"
                  + LogTail.indented(process.log(), TAIL_LINES),
              "The whole log is " + process.log() + ".");
        }
        if (process.isReady(http)) {
          waiting.remove(process);
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

  private void watch(Service service, ServiceProcess process) {
    process.onExit().thenRun(() -> died(service, process));
  }

  private synchronized void died(Service service, ServiceProcess process) {
    if (phase == Phase.STOPPING) {
      return;
    }
    Supervised supervised = services.get(service);
    boolean livedLong =
        Duration.between(supervised.startedAt, Instant.now()).compareTo(HEALTHY_LIFE) > 0;
    supervised.rapidDeaths = livedLong ? 0 : supervised.rapidDeaths + 1;
    Backoff wait = Backoff.after(supervised.rapidDeaths);
    news.accept(
        service.label()
            + " ended with exit code "
            + process.exitValue()
            + "; starting it again in "
            + wait.delay().toSeconds()
            + " s. Its log is "
            + process.log());
    restarts.schedule(() -> restart(service), wait.delay().toMillis(), TimeUnit.MILLISECONDS);
  }

  private synchronized void restart(Service service) {
    if (phase == Phase.STOPPING) {
      return;
    }
    Supervised supervised = services.get(service);
    launch(service);
    supervised.restarts++;
    writeState();
    watch(service, supervised.process);
    news.accept(
        service.label()
            + " was started again (process "
            + supervised.process.identity().pid()
            + ")");
  }

  /** What others are told about this stack. */
  public synchronized StackState state() {
    Map<String, ServiceState> states = new LinkedHashMap<>();
    services.forEach(
        (service, s) -> {
          if (s.process != null) {
            states.put(
                service.label(),
                new ServiceState(
                    s.process.url(), s.process.identity(), s.restarts, s.process.log()));
          }
        });
    return new StackState(
        phase,
        ProcessIdentity.current(),
        broker == null ? null : broker.bootstrapServers(),
        database == null ? null : database.jdbcUrl("postgres"),
        states);
  }

  private void writeState() {
    state().write(home.state());
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
    List<ServiceProcess> running;
    synchronized (this) {
      if (phase == Phase.STOPPING) {
        running = null;
      } else {
        phase = Phase.STOPPING;
        running = services.values().stream().map(s -> s.process).filter(p -> p != null).toList();
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

  private void stopInOrder(List<ServiceProcess> running) {
    news.accept("Stopping the stack");
    restarts.shutdownNow();
    writeState();
    // What is half started could not be stopped: it must have started, or failed to, first.
    infrastructure.handle((done, failure) -> done).join();
    running.forEach(ServiceProcess::askToStop);
    running.forEach(ServiceProcess::awaitStop);
    if (broker != null) {
      broker.close();
    }
    if (database != null) {
      database.close();
    }
    lock.close();
    news.accept("Stopped");
  }

  private static String step(String what, String where, Instant begin) {
    return String.format("  %-18s %-40s %s", what, where, seconds(begin));
  }

  private static String seconds(Instant begin) {
    return String.format("%.1f s", Duration.between(begin, Instant.now()).toMillis() / 1000.0);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "gdpo-restarts");
    thread.setDaemon(true);
    return thread;
  }
}
