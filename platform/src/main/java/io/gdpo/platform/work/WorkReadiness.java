package io.gdpo.platform.work;

import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/** Ready while the rows of work and its processes are kept in agreement. */
@Readiness
@ApplicationScoped
class WorkReadiness implements HealthCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final WorkLoop loop;

  WorkReadiness(WorkLoop loop) {
    this.loop = loop;
  }

  @Override
  public HealthCheckResponse call() {
    Duration since = loop.sinceLastPass();
    return HealthCheckResponse.named("work")
        .status(since.compareTo(PATIENCE) < 0)
        .withData("seconds since last reconciled", since.toSeconds())
        .build();
  }
}
