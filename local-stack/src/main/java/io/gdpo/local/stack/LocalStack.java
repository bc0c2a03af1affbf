package io.gdpo.local.stack;

import io.gdpo.local.home.Installation;
import io.gdpo.local.home.StackHome;
import io.gdpo.local.infrastructure.Infrastructure;
import io.gdpo.local.service.ServicePrograms;
import io.gdpo.local.service.Services;
import io.gdpo.local.service.SupervisedService;
import io.gdpo.local.stack.StackState.Phase;
import io.gdpo.local.stack.StackState.ServiceState;
import io.gdpo.local.supervision.Health;
import io.gdpo.local.supervision.Patience;
import io.gdpo.local.supervision.Supervision;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
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
  private static final Duration LAST_STACK_LIMIT = Duration.ofSeconds(40);

  private final StackHome home;
  private final Consumer<String> news;
  private final StackLock lock;
  private final Infrastructure infrastructure;
  private final Services services;
  private final StackRecord record;
  private final Supervision supervision;
  private final CountDownLatch closed = new CountDownLatch(1);
  private Phase phase = Phase.STARTING;

  private LocalStack(StackHome home, Services services, Consumer<String> news, StackLock lock) {
    this.home = home;
    this.services = services;
    this.news = news;
    this.lock = lock;
    this.infrastructure = new Infrastructure(home);
    this.record = new StackRecord(home.state(), this::state, news);
    this.supervision = new Supervision(Patience.of(System.getenv()), news, record::tell);
  }

  /**
   * Starts everything and returns when all services are ready.
   *
   * @param news told of each step, and later of services that died
   * @return empty if another process runs a stack on this home already
   * @throws CommandFailure if something does not start; nothing is left running then
   */
  public static Optional<LocalStack> start(
      StackHome home, Installation installation, ServicePrograms programs, Consumer<String> news) {
    Services services =
        new Services(home, installation, programs); // fails before anything is started
    return StackLock.tryAcquire(home.lock())
        .map(lock -> new LocalStack(home, services, news, lock).started());
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
    record.write();
    Instant infrastructureBegin = Instant.now();
    infrastructure.start((what, where) -> step(what, where, infrastructureBegin));
    synchronized (this) {
      refuseIfStopping();
      services.start(service -> infrastructure.environment(service.database()));
    }
    record.write();
    services.awaitReady((what, where) -> step(what, where, begin), this::isStopping);
    synchronized (this) {
      refuseIfStopping();
      phase = Phase.READY;
      infrastructure.parts().forEach(supervision::watch);
      services.started().forEach(supervision::watch);
    }
    supervision.repeat(record::mend);
    record.write();
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
        .map(ServiceState::process)
        .filter(last -> last.running().isPresent())
        .forEach(this::awaitEnd);
  }

  private void awaitEnd(ProcessIdentity last) {
    news.accept("Waiting for a process of the last stack to end (" + last.pid() + ")");
    if (!last.endsWithin(LAST_STACK_LIMIT)) {
      throw new CommandFailure(
          ExitCode.NOT_STARTED,
          "Process " + last.pid() + " of the last stack in " + home.root() + " does not end",
          "Kill it and try again: kill -9 " + last.pid());
    }
  }

  /** What others are told about this stack. */
  public synchronized StackState state() {
    Map<String, ServiceState> states = new LinkedHashMap<>();
    Map<String, Health> health = new LinkedHashMap<>();
    for (String part : List.of(Infrastructure.KAFKA, Infrastructure.POSTGRESQL)) {
      health.put(part, supervision.health(part));
    }
    for (SupervisedService service : services.started()) {
      Health seen = supervision.health(service.label());
      health.put(service.label(), seen);
      states.put(
          service.label(),
          new ServiceState(
              service.url(), ProcessIdentity.of(service.handle()), seen.restarts(), service.log()));
    }
    return new StackState(
        phase,
        ProcessIdentity.current(),
        infrastructure.kafka(),
        infrastructure.databaseUrl(),
        states,
        health);
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
    boolean isFirst;
    synchronized (this) {
      isFirst = phase != Phase.STOPPING;
      phase = Phase.STOPPING;
    }
    if (!isFirst) {
      awaitOtherClose();
      return;
    }
    try {
      stopInOrder();
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

  private void stopInOrder() {
    news.accept("Stopping the stack");
    record.tell();
    supervision.close();
    try {
      services.stop();
      infrastructure.close();
    } finally {
      lock.close();
    }
    news.accept("Stopped");
  }

  private void step(String what, String where, Instant begin) {
    news.accept(String.format(Locale.ROOT, "  %-18s %-40s %s", what, where, seconds(begin)));
  }

  private static String seconds(Instant begin) {
    return String.format(
        Locale.ROOT, "%.1f s", Duration.between(begin, Instant.now()).toMillis() / 1000.0);
  }
}
