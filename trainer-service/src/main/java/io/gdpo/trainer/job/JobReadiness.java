package io.gdpo.trainer.job;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the reconciler keeps jobs and processes in agreement. */
@Readiness
@ApplicationScoped
public class JobReadiness implements HealthCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final JobReconciler reconciler;

  JobReadiness(JobReconciler reconciler) {
    this.reconciler = reconciler;
  }

  @Override
  public HealthCheckResponse call() {
    Duration since = reconciler.sinceLastPass();
    return HealthCheckResponse.named("training jobs")
        .status(since.compareTo(PATIENCE) < 0)
        .withData("seconds since last reconciled", since.toSeconds())
        .build();
  }
}
