package io.gdpo.platform.work;

import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.contracts.job.WorkOutcome;
import io.gdpo.platform.launch.LaunchState;
import java.time.Instant;
import java.util.Optional;

/**
 * What is to be done with a piece of work, as a pure function of its row, of what can be seen of
 * its attempt, and of the time.
 */
public sealed interface WorkDecision {

  /** Nothing now. */
  record Wait() implements WorkDecision {}

  /**
   * An attempt begins.
   *
   * @param work as it stands then
   */
  record Begin(Work work) implements WorkDecision {}

  /** The attempt's process is asked to stop. */
  record Stop() implements WorkDecision {}

  /**
   * The attempt is over, the next one follows.
   *
   * @param work as it stands then
   */
  record Again(Work work) implements WorkDecision {}

  /**
   * The work is over.
   *
   * @param work as it stands then
   * @param outcome what its last attempt left, where it succeeded
   */
  record End(Work work, Optional<WorkOutcome> outcome) implements WorkDecision {}

  /** For work that no attempt is being made at. */
  static WorkDecision ofWaiting(Work work, Instant now) {
    if (work.cancelRequested()) {
      return new End(work.ended(WorkState.CANCELLED, work.reason(), false, now), Optional.empty());
    }
    return work.suspended() || now.isBefore(work.notBefore())
        ? new Wait()
        : new Begin(work.begun(now));
  }

  /** For work whose current attempt was launched. */
  static WorkDecision ofRunning(Work work, Observation seen, Instant now, WorkLimits limits) {
    if (seen.process().isAlive()) {
      return work.cancelRequested() || work.suspended() ? new Stop() : new Wait();
    }
    if (seen.outcome().isPresent()) {
      return ofOutcome(work, seen.outcome().get(), now, limits);
    }
    if (seen.process() instanceof LaunchState.Failed refused) {
      return failed(work, refused.reason() + seen.traces(), now, limits);
    }
    if (seen.process() instanceof LaunchState.Ended ended
        && ended.code() != ExitCode.STOPPED
        && ended.code() != ExitCode.HALTED) {
      return died(work, ended.code(), seen, now, limits);
    }
    String why =
        seen.process() instanceof LaunchState.Evicted evicted
            ? "it was evicted: " + evicted.reason()
            : work.reason();
    return interrupted(work, why, now);
  }

  /** What keeps an attempt from getting on, for people; null if nothing does. */
  static String waitsFor(LaunchState process) {
    if (process instanceof LaunchState.Pending pending) {
      return pending.reason();
    }
    if (process instanceof LaunchState.Running running) {
      return running.trouble();
    }
    return process instanceof LaunchState.Unknown unknown ? unknown.reason() : null;
  }

  /** For an attempt whose process could not even be started. */
  static WorkDecision ofNotStarted(Work work, String why, Instant now, WorkLimits limits) {
    return failed(work, "it could not be started: " + why, now, limits);
  }

  /** For work that its service cannot carry on. */
  static End ofGivenUp(Work work, String why, Instant now) {
    return new End(
        work.ended(
            work.cancelRequested() ? WorkState.CANCELLED : WorkState.FAILED, why, false, now),
        Optional.empty());
  }

  private static WorkDecision ofOutcome(
      Work work, WorkOutcome outcome, Instant now, WorkLimits limits) {
    return switch (outcome.status()) {
      case SUCCEEDED ->
          new End(work.ended(WorkState.SUCCEEDED, null, false, now), Optional.of(outcome));
      case FAILED ->
          work.cancelRequested()
              ? cancelled(work, now)
              : new End(
                  work.ended(WorkState.FAILED, outcome.reason(), false, now), Optional.empty());
      case BROKEN -> failed(work, outcome.reason(), now, limits);
      case STOPPED -> interrupted(work, work.reason(), now);
    };
  }

  private static WorkDecision died(
      Work work, int code, Observation seen, Instant now, WorkLimits limits) {
    if (code == ExitCode.HEAP_EXHAUSTED && !work.cancelRequested()) {
      return new End(
          work.ended(
              WorkState.FAILED,
              "its process ("
                  + work.kind()
                  + ") ran out of Java heap, which was too small for its data; raise gdpo.launcher.heap, or make its data smaller, and ask again"
                  + seen.traces(),
              true,
              now),
          Optional.empty());
    }
    return failed(work, "exit code " + code + meaning(code, seen) + seen.traces(), now, limits);
  }

  private static String meaning(int code, Observation seen) {
    return code == ExitCode.KILLED
        ? " (killed; where nobody did, by the system because memory ran out"
            + seen.memory().map(words -> ": the job said " + words).orElse("")
            + ")"
        : "";
  }

  /** By no fault of its own: it goes on from where it was. */
  private static WorkDecision interrupted(Work work, String why, Instant now) {
    return work.cancelRequested() ? cancelled(work, now) : new Again(work.again(why, false, now));
  }

  private static WorkDecision failed(Work work, String how, Instant now, WorkLimits limits) {
    if (work.cancelRequested()) {
      return cancelled(work, now);
    }
    int failures = work.failures() + 1;
    if (failures < limits.maxAttempts()) {
      return new Again(work.again(how, true, now.plus(limits.pauseAfter(failures))));
    }
    String times = failures == 1 ? "" : "tried " + failures + " times, at last: ";
    return new End(work.ended(WorkState.FAILED, times + how, true, now), Optional.empty());
  }

  private static End cancelled(Work work, Instant now) {
    return new End(work.ended(WorkState.CANCELLED, work.reason(), false, now), Optional.empty());
  }
}
