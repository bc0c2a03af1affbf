package io.gdpo.platform.work;

import io.gdpo.contracts.Reason;
import io.gdpo.platform.trace.Trace;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * A piece of long work that a service has done elsewhere, by attempts, each a process: one row of
 * the table {@code work}.
 *
 * @param id unique in its service
 * @param kind the worker's verb, see {@link WorkKind}
 * @param folder key of its folder in the artifact store: {@code job.json}, {@code outcome.json},
 *     log
 * @param subject the experiment or dataset that it is for, for logs
 * @param attempt attempts begun so far, also the number of the current one; never begins anew
 * @param failures attempts that failed by themselves since it was last asked for; one that ended
 *     with its service, or was evicted, is none
 * @param cancelRequested whether it is to end
 * @param suspended whether no attempt is to be made at it now: one that is being made is stopped,
 *     and counts as no failure
 * @param reason why it is to end, or did not succeed, or why the last attempt failed
 * @param traceparent the trace that it was asked for in, see {@link io.gdpo.platform.trace.Trace};
 *     null for none
 * @param pool the machines that its last attempt was begun on; null for those of its kind
 * @param waitsFor what keeps its current attempt from getting on, for people; null if nothing does
 * @param progress how far it has come, as JSON; null before that is known
 * @param notBefore when the next attempt may begin
 * @param holder the replica that looks after it; null for none
 * @param term counts the claims: writes of an earlier holder are refused by it
 * @param leaseUntil until when it is the holder's alone; null for not at all
 */
public record Work(
    String id,
    String kind,
    String folder,
    String subject,
    WorkState state,
    int attempt,
    int failures,
    boolean cancelRequested,
    boolean suspended,
    String reason,
    String traceparent,
    String pool,
    String waitsFor,
    String progress,
    Instant queuedAt,
    Instant startedAt,
    Instant finishedAt,
    Instant notBefore,
    String holder,
    long term,
    Instant leaseUntil) {
  /** What suspended work waits for. */
  static final String RESUMPTION = "it is suspended, and waits to be resumed";

  public Work {
    reason = Reason.clean(reason);
  }

  /** Work that waits for its first attempt. */
  public static Work waiting(String id, String kind, String folder, String subject, Instant now) {
    return new Work(
        id,
        kind,
        folder,
        subject,
        WorkState.WAITING,
        0,
        0,
        false,
        false,
        null,
        null,
        null,
        null,
        null,
        now,
        null,
        null,
        now,
        null,
        0,
        null);
  }

  /** It is asked for anew after its end: with all its attempts before it. */
  public Work askedAgain(Instant now) {
    return waiting(id, kind, folder, subject, now)
        .but(
            row -> {
              row.attempt = attempt;
              row.term = term;
            });
  }

  /** It is to end. */
  public Work cancelled(String why) {
    return but(
        row -> {
          row.cancelRequested = true;
          row.reason = why;
        });
  }

  /** It is not to be done now, or it is again; who had claimed it has its place for other work. */
  Work suspended(boolean now) {
    return but(
        row -> {
          row.suspended = now;
          if (state == WorkState.WAITING) {
            row.waitsFor = now ? RESUMPTION : null;
            row.holder = null;
            row.leaseUntil = null;
          }
        });
  }

  /** Its next attempt begins. */
  Work begun(Instant now) {
    return but(
        row -> {
          row.state = WorkState.RUNNING;
          row.attempt++;
          row.startedAt = startedAt == null ? now : startedAt;
        });
  }

  /** It was asked for in a trace. */
  Work traced(Trace trace) {
    return but(row -> row.traceparent = trace.parent());
  }

  /** Where in a trace it was asked for. */
  Trace trace() {
    return new Trace(traceparent, null);
  }

  /** Its attempt has its machines. */
  Work on(String machines) {
    return but(row -> row.pool = machines);
  }

  /** The attempt is over, another one will be begun, by whoever claims it. */
  Work again(String why, boolean failed, Instant next) {
    return but(
        row -> {
          row.state = WorkState.WAITING;
          row.failures += failed ? 1 : 0;
          row.reason = why;
          row.waitsFor = suspended ? RESUMPTION : null;
          row.notBefore = next;
          row.holder = null;
          row.leaseUntil = null;
        });
  }

  /** It is over. */
  Work ended(WorkState end, String why, boolean failed, Instant now) {
    return but(
        row -> {
          row.state = end;
          row.failures += failed ? 1 : 0;
          row.reason = why;
          row.waitsFor = null;
          row.finishedAt = now;
          row.holder = null;
          row.leaseUntil = null;
        });
  }

  /**
   * Its current attempt does not get on.
   *
   * @param what it waits for; null if it gets on
   */
  Work waits(String what) {
    return but(row -> row.waitsFor = what);
  }

  /** It has come so far. */
  public Work progressed(String json) {
    return but(row -> row.progress = json);
  }

  /** A replica looks after it from now on. */
  Work claimed(String replica, Instant until) {
    return but(
        row -> {
          row.holder = replica;
          row.term++;
          row.leaseUntil = until;
        });
  }

  /** The name of the current attempt's process; unique for ever. */
  public String processName() {
    return kind + "-" + id + "-" + attempt;
  }

  /** The id of the work that a process is of; empty if it has another kind of name. */
  static Optional<String> idOf(String processName) {
    int begin = processName.indexOf('-') + 1;
    int end = processName.lastIndexOf('-');
    return begin < end ? Optional.of(processName.substring(begin, end)) : Optional.empty();
  }

  /** Whether a replica's claim still counts. */
  boolean isHeld(String replica, long ofTerm) {
    return replica.equals(holder) && term == ofTerm;
  }

  /** The same work, otherwise in some columns. */
  Work but(Consumer<Row> change) {
    Row row = new Row();
    row.state = state;
    row.attempt = attempt;
    row.failures = failures;
    row.cancelRequested = cancelRequested;
    row.suspended = suspended;
    row.reason = reason;
    row.traceparent = traceparent;
    row.pool = pool;
    row.waitsFor = waitsFor;
    row.progress = progress;
    row.queuedAt = queuedAt;
    row.startedAt = startedAt;
    row.finishedAt = finishedAt;
    row.notBefore = notBefore;
    row.holder = holder;
    row.term = term;
    row.leaseUntil = leaseUntil;
    change.accept(row);
    return new Work(
        id,
        kind,
        folder,
        subject,
        row.state,
        row.attempt,
        row.failures,
        row.cancelRequested,
        row.suspended,
        row.reason,
        row.traceparent,
        row.pool,
        row.waitsFor,
        row.progress,
        row.queuedAt,
        row.startedAt,
        row.finishedAt,
        row.notBefore,
        row.holder,
        row.term,
        row.leaseUntil);
  }

  /** The columns that change. */
  static final class Row {
    WorkState state;
    int attempt;
    int failures;
    boolean cancelRequested;
    boolean suspended;
    String reason;
    String traceparent;
    String pool;
    String waitsFor;
    String progress;
    Instant queuedAt;
    Instant startedAt;
    Instant finishedAt;
    Instant notBefore;
    String holder;
    long term;
    Instant leaseUntil;
  }
}
