package io.gdpo.hub;

import java.time.Duration;
import java.util.Locale;
import java.util.Optional;

/**
 * Counts the failures of one request since it last came further than ever, waits between them, and
 * gives up in the end.
 */
final class Retries {
  private final RetryPolicy policy;
  private final HubRepository repository;
  private final DownloadListener listener;
  private int failures;
  private long furthest;

  Retries(RetryPolicy policy, HubRepository repository, DownloadListener listener) {
    this.policy = policy;
    this.repository = repository;
    this.listener = listener;
  }

  /**
   * So many bytes are here. If there were never as many, the next failure is the first again; bytes
   * that come for a second time are no progress.
   */
  void reached(long bytes) {
    if (bytes > furthest) {
      furthest = bytes;
      failures = 0;
    }
  }

  /**
   * Waits until it may be tried again.
   *
   * @param problem what went wrong
   * @param asked the wait that the server asks for
   * @throws HubException.Unreachable if it has been tried often enough
   */
  void afterFailure(String problem, Optional<Duration> asked, Throwable cause) {
    failures++;
    if (failures > policy.retries()) {
      throw new HubException.Unreachable(
          repository,
          problem + " (tried " + failures + " times)",
          "Check the connection, a proxy and HF_ENDPOINT, and start again: what has been downloaded"
              + " is kept; with HF_HUB_OFFLINE=1 only the cache is used",
          cause);
    }
    if (asked.isPresent() && asked.get().compareTo(policy.longestAskedWait()) > 0) {
      throw new HubException.Unreachable(
          repository,
          problem + ", and the server asks to wait " + asked.get().toSeconds() + " s",
          "Start again after that time; what has been downloaded is kept. A token in HF_TOKEN"
              + " raises the Hub's limits",
          cause);
    }
    Duration wait = asked.orElseGet(() -> policy.waitBefore(failures));
    listener.said(
        String.format(
            Locale.ROOT,
            "%s: %s; trying again in %.1f s",
            repository,
            problem,
            wait.toMillis() / 1e3));
    try {
      policy.pause().of(wait, listener::checkStop);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new HubException(
          repository, "interrupted while waiting to try again", "Start again to go on", e);
    }
  }
}
