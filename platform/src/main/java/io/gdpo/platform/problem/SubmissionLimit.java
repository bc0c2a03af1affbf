package io.gdpo.platform.problem;

import io.gdpo.platform.security.Caller;
import io.gdpo.platform.security.SecuritySettings;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.ConsumptionProbe;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

/**
 * One caller by REST cannot ask for so much that others wait: each has their own number of
 * submissions a minute, at each replica.
 */
@ApplicationScoped
public class SubmissionLimit {
  private final int perMinute;
  private final Map<String, Bucket> left = new ConcurrentHashMap<>();

  SubmissionLimit(SecuritySettings settings) {
    this.perMinute = settings.submissionsPerMinute();
  }

  /**
   * Counts a submission.
   *
   * @throws ProblemException (429) if the caller has asked for too much within a minute
   */
  public void count(Caller caller) {
    ConsumptionProbe probe =
        left.computeIfAbsent(String.valueOf(caller.name()), name -> full())
            .tryConsumeAndReturnRemaining(1);
    if (!probe.isConsumed()) {
      long wait = TimeUnit.NANOSECONDS.toSeconds(probe.getNanosToWaitForRefill()) + 1;
      throw ProblemException.tooMany(
          "More than "
              + perMinute
              + " submissions came from you within a minute"
              + " (gdpo.security.submissions-per-minute); ask again in "
              + wait
              + " s",
          Math.toIntExact(wait));
    }
  }

  private Bucket full() {
    return Bucket.builder()
        .addLimit(limit -> limit.capacity(perMinute).refillGreedy(perMinute, Duration.ofMinutes(1)))
        .build();
  }
}
