package io.gdpo.platform.work;

import jakarta.enterprise.event.Event;
import java.lang.reflect.Proxy;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.function.Supplier;

/**
 * The rows of work in memory, with what PostgreSQL keeps: transactions that become true together or
 * not at all, unique ids, claims that skip what another has. Facts are rows of the outbox. Other
 * rows may stand beside them.
 */
public final class SimulatedTable implements WorkStore {
  /** Rows that become true in the same transactions as those of work. */
  public interface Beside {
    void begin();

    void commit();

    void rollBack();
  }

  /** Put in on purpose, to see that it is found. */
  public enum Fault {
    NONE,
    A_CLAIM_WITHOUT_ITS_ATTEMPT,
    A_FACT_OUTSIDE_ITS_TRANSACTION,
    A_CANCEL_LOST_BETWEEN_TWO_WRITES,
    A_CANCEL_TOLD_WHILE_ITS_PROCESS_RUNS
  }

  private final Fault fault;
  private final Runnable crashPoint;
  private final Map<String, Work> rows = new TreeMap<>();
  private final Map<String, Integer> asks = new HashMap<>();
  private final List<String> facts = new ArrayList<>();
  private final List<String> toldAtOnce = new ArrayList<>();

  /** What takes back the writes of the transaction that is under way. */
  private List<Runnable> undoing = new ArrayList<>();

  private final List<Beside> beside = new ArrayList<>();
  private boolean open;

  /**
   * @param crashPoint may end the process between any two writes
   */
  public SimulatedTable(Fault fault, Runnable crashPoint) {
    this.fault = fault;
    this.crashPoint = crashPoint;
  }

  public void addBeside(Beside rows) {
    beside.add(rows);
  }

  public boolean isInTransaction() {
    return open;
  }

  /** What asks for this work and cancels it. */
  @SuppressWarnings("unchecked")
  public Works works(InstantSource clock) {
    Event<WorkLoop.Changed> nobodyListens =
        (Event<WorkLoop.Changed>)
            Proxy.newProxyInstance(
                Event.class.getClassLoader(), new Class<?>[] {Event.class}, (p, m, a) -> null);
    return new Works(this, nobodyListens, clock);
  }

  @Override
  public <T> T inTransaction(Supplier<T> change) {
    if (open) {
      throw new IllegalStateException("a transaction within a transaction");
    }
    List<Runnable> undo = new ArrayList<>();
    undoing = undo;
    boolean committed = false;
    open = true;
    beside.forEach(Beside::begin);
    try {
      T result = change.get();
      crashPoint.run();
      committed = true;
      beside.forEach(Beside::commit);
      return result;
    } finally {
      open = false;
      if (!committed) {
        Collections.reverse(undo);
        undo.forEach(Runnable::run);
        beside.forEach(Beside::rollBack);
      }
    }
  }

  /** Says something in the transaction that makes it true. */
  void tell(String fact) {
    crashPoint.run();
    if (fault == Fault.A_FACT_OUTSIDE_ITS_TRANSACTION) {
      toldAtOnce.add(fact);
    } else {
      facts.add(fact);
      undoing.add(() -> facts.remove(facts.size() - 1));
    }
  }

  List<String> facts() {
    List<String> all = new ArrayList<>(facts);
    all.addAll(toldAtOnce);
    return all;
  }

  /** How often work was asked for, and begun anew for it. */
  int asks(String id) {
    return asks.getOrDefault(id, 0);
  }

  public Collection<Work> all() {
    return List.copyOf(rows.values());
  }

  @Override
  public void insert(Work work) {
    crashPoint.run();
    if (rows.putIfAbsent(work.id(), work) != null) {
      throw new IllegalStateException("duplicate key " + work.id());
    }
    asks.merge(work.id(), 1, Integer::sum);
    undoing.add(
        () -> {
          rows.remove(work.id());
          asks.merge(work.id(), -1, Integer::sum);
        });
  }

  @Override
  public void delete(String id) {
    crashPoint.run();
    Work was = rows.remove(id);
    undoing.add(() -> rows.put(id, was));
  }

  @Override
  public void update(Work work) {
    crashPoint.run();
    Work before = rows.get(work.id());
    if (before.state().isTerminal() && !work.state().isTerminal()) {
      asks.merge(work.id(), 1, Integer::sum);
      undoing.add(() -> asks.merge(work.id(), -1, Integer::sum));
    }
    undoing.add(() -> rows.put(before.id(), before));
    rows.put(
        work.id(),
        fault == Fault.A_CLAIM_WITHOUT_ITS_ATTEMPT
                && before.state() == WorkState.WAITING
                && work.state() == WorkState.RUNNING
            ? work.but(row -> row.attempt = before.attempt())
            : work);
  }

  @Override
  public Optional<Work> find(String id) {
    return Optional.ofNullable(rows.get(id));
  }

  @Override
  public Map<String, Work> find(Collection<String> ids) {
    Map<String, Work> found = new HashMap<>(rows);
    found.keySet().retainAll(ids);
    return found;
  }

  @Override
  public Optional<Work> locked(String id) {
    return find(id);
  }

  @Override
  public List<Work> claim(String kind, String replica, Instant now, Instant until, Room room) {
    return inTransaction(
        () -> {
          Predicate<Work> free =
              work ->
                  work.kind().equals(kind)
                      && !work.state().isTerminal()
                      && (work.leaseUntil() == null || work.leaseUntil().isBefore(now));
          Predicate<Work> taken =
              room.together()
                  ? work -> work.state() == WorkState.RUNNING || !free.test(work)
                  : work -> replica.equals(work.holder());
          int most =
              room.free(
                  open(taken.and(work -> work.kind().equals(kind) && !work.state().isTerminal()))
                      .size());
          List<Work> found =
              new ArrayList<>(
                  open(
                      free.and(
                          work -> work.state() == WorkState.RUNNING || work.cancelRequested())));
          found.addAll(
              open(
                      free.and(work -> work.state() == WorkState.WAITING)
                          .and(
                              work ->
                                  !work.cancelRequested()
                                      && !work.suspended()
                                      && !work.notBefore().isAfter(now)))
                  .stream()
                  .limit(most)
                  .toList());
          List<Work> claimed = found.stream().map(work -> work.claimed(replica, until)).toList();
          claimed.forEach(this::update);
          return claimed;
        });
  }

  private List<Work> open(Predicate<Work> wanted) {
    return rows.values().stream()
        .filter(wanted)
        .sorted(Comparator.comparing(Work::queuedAt).thenComparing(Work::id))
        .toList();
  }

  @Override
  public List<Work> running(String kind) {
    return open(work -> work.kind().equals(kind) && work.state() == WorkState.RUNNING);
  }

  @Override
  public void adopt(String replica, Instant until) {
    heldBy(replica).forEach(work -> update(work.claimed(replica, until)));
  }

  @Override
  public List<Work> heldBy(String replica) {
    return open(work -> replica.equals(work.holder()) && !work.state().isTerminal());
  }

  @Override
  public void renew(String replica, Instant until) {
    boolean forgetful = fault == Fault.A_CANCEL_LOST_BETWEEN_TWO_WRITES;
    for (Work work : heldBy(replica)) {
      update(
          work.but(
              row -> {
                row.leaseUntil = until;
                row.cancelRequested &= !forgetful;
              }));
    }
  }

  @Override
  public void release(String replica) {
    inTransaction(
        () -> {
          heldBy(replica)
              .forEach(
                  work ->
                      update(
                          work.but(
                              row -> {
                                row.holder = null;
                                row.leaseUntil = null;
                              })));
          return null;
        });
  }
}
