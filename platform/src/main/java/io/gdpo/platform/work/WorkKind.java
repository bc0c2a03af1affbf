package io.gdpo.platform.work;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import io.gdpo.platform.launch.LaunchRequest;
import java.util.Optional;

/**
 * What a service's work of one kind is. How it is launched, watched, tried again and cancelled is
 * the same for all kinds: {@link WorkReconciler}.
 *
 * @param <R> what comes of it
 */
public interface WorkKind<R> {
  /** The worker's verb: {@code plan}, {@code build}, {@code train} or {@code evaluate}. */
  String verb();

  /** How much is done at one time, and how hard it is tried. */
  WorkLimits limits();

  /** What a worker leaves that has done it: the {@code result} of its outcome. */
  Class<R> result();

  /** The name of its log in its folder. */
  default String log() {
    return verb() + ".log";
  }

  /**
   * Holds up whoever else changes what this work is for, until the transaction ends; called first
   * in each transaction that changes the work.
   */
  default void lock(Work work) {}

  /**
   * An attempt begins, in the transaction that makes it so; what it tells others it tells here.
   *
   * @return what the worker is told
   */
  Order begin(Work work);

  /**
   * What a worker is told.
   *
   * @param task content of {@code job.json}, as JSON
   */
  record Order(Object task, LaunchRequest.Needs needs) {
    byte[] json() {
      try {
        return Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsBytes(task);
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("No JSON can be written of " + task, e);
      }
    }
  }

  /** Why a result says nothing; empty if it says what came of it. */
  default Optional<String> faultOf(R result) {
    return Optional.empty();
  }

  /** A look at an attempt that runs, or has just ended, outside any transaction. */
  default void follow(Work work) {}

  /**
   * The work is over, in the transaction that makes it so.
   *
   * @param work as it stands then
   * @param result what its last attempt left; absent unless it succeeded
   */
  void ended(Work work, Optional<R> result);
}
