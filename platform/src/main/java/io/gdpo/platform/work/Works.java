package io.gdpo.platform.work;

import io.gdpo.platform.trace.Trace;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.inject.Inject;
import jakarta.transaction.Transactional;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The service's work, for those who ask for it, cancel it and tell of it. */
@ApplicationScoped
public class Works {
  /** Why work ends that somebody wanted to end and did not say why. */
  public static final String CANCELLED = "cancelled on request";

  private final WorkStore store;
  private final Event<WorkLoop.Changed> changed;
  private final InstantSource clock;

  @Inject
  Works(WorkStore store, Event<WorkLoop.Changed> changed) {
    this(store, changed, InstantSource.system());
  }

  /** With a clock of its own, for simulations. */
  public Works(WorkStore store, Event<WorkLoop.Changed> changed, InstantSource clock) {
    this.store = store;
    this.changed = changed;
    this.clock = clock;
  }

  /**
   * Asks for work; what waits or runs already stays as it is, what is over begins anew. The caller
   * holds {@link WorkKind#lock}, or what else keeps equal requests apart.
   *
   * @param folder key of its folder in the artifact store
   * @param subject what it is for, for logs; may be null
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void ask(String id, String kind, String folder, String subject) {
    Optional<Work> known = store.locked(id);
    Instant now = clock.instant();
    if (known.isEmpty()) {
      store.insert(Work.waiting(id, kind, folder, subject, now).traced(Trace.current()));
    } else if (known.get().state().isTerminal()) {
      store.update(known.get().askedAgain(now).traced(Trace.current()));
    }
    changed.fire(new WorkLoop.Changed());
  }

  /**
   * Asks work to end: what waits ends at the next look, what runs when its process is gone; its
   * {@link WorkKind} is told then. What has ended, or never was, stays as it is.
   *
   * @param reason why; null for {@link #CANCELLED}
   * @return whether it will end for this
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public boolean cancel(String id, String reason) {
    Optional<Work> open =
        store.locked(id).filter(work -> !work.state().isTerminal() && !work.cancelRequested());
    open.ifPresent(
        work -> {
          store.update(work.cancelled(reason == null ? CANCELLED : reason));
          changed.fire(new WorkLoop.Changed());
        });
    return open.isPresent();
  }

  /**
   * Has no attempt made at work until it is resumed. An attempt that is being made is asked to
   * stop; the next one goes on from where it was, and it counts as no failure. What has ended, or
   * never was, stays as it is.
   *
   * @param suspended false to resume it
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void suspend(String id, boolean suspended) {
    store
        .locked(id)
        .filter(work -> !work.state().isTerminal() && work.suspended() != suspended)
        .ifPresent(
            work -> {
              store.update(work.suspended(suspended));
              changed.fire(new WorkLoop.Changed());
            });
  }

  /**
   * Takes away what is known of work that is over; work that never was is over.
   *
   * @throws IllegalStateException if it is not
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void forget(String id) {
    store
        .locked(id)
        .ifPresent(
            work -> {
              if (!work.state().isTerminal()) {
                throw new IllegalStateException("Work '" + id + "' is " + work.state());
              }
              store.delete(id);
            });
  }

  /**
   * Keeps how far an attempt has come.
   *
   * @return false, and nothing is kept, if it is not the current one of this replica any more
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public boolean progressed(Work seen, String json) {
    Optional<Work> current =
        store
            .locked(seen.id())
            .filter(work -> work.state() == WorkState.RUNNING)
            .filter(work -> work.attempt() == seen.attempt() && work.term() == seen.term());
    current.ifPresent(work -> store.update(work.progressed(json)));
    return current.isPresent();
  }

  /** Work of a kind that runs. */
  public List<Work> running(String kind) {
    return store.running(kind);
  }

  public Optional<Work> find(String id) {
    return store.find(id);
  }

  /** By id; ids without work are left out. */
  public Map<String, Work> find(Collection<String> ids) {
    return store.find(ids);
  }
}
