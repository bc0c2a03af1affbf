package io.gdpo.trainer.customresource;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.gdpo.contracts.Reason;
import io.gdpo.platform.security.Callers;
import io.gdpo.trainer.experiment.Experiments;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.scheduler.Scheduled;
import io.quarkus.scheduler.Scheduler;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Instance;
import java.time.InstantSource;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Has {@link ExperimentObjects} look at the cluster's objects from time to time, if it is to. */
@ApplicationScoped
class ExperimentObjectsLoop {
  private static final Logger LOG = Logger.getLogger(ExperimentObjectsLoop.class);

  private final CustomResourceSettings settings;
  private final Instance<KubernetesClient> client;
  private final Experiments experiments;
  private final Callers callers;
  private final Scheduler scheduler;

  /** Why the last look failed, so that an outage is told once; null if it did not. */
  private String trouble;

  ExperimentObjectsLoop(
      CustomResourceSettings settings,
      Instance<KubernetesClient> client,
      Experiments experiments,
      Callers callers,
      Scheduler scheduler) {
    this.settings = settings;
    this.client = client;
    this.experiments = experiments;
    this.callers = callers;
    this.scheduler = scheduler;
  }

  void start(@Observes StartupEvent starting) {
    if (!settings.enabled()) {
      return;
    }
    ExperimentObjects objects = open();
    scheduler
        .newJob("GdpoExperiments")
        .setInterval(settings.lookEvery().toString())
        .setConcurrentExecution(Scheduled.ConcurrentExecution.SKIP)
        .setTask(execution -> look(objects))
        .schedule();
  }

  private ExperimentObjects open() {
    String namespace =
        settings
            .namespace()
            .or(() -> Optional.ofNullable(client.get().getNamespace()))
            .orElseThrow(
                () ->
                    new IllegalStateException(
                        "This service does not know in which namespace its GdpoExperiments are; set"
                            + " gdpo.custom-resource.namespace"));
    return new ExperimentObjects(
        client.get(),
        namespace,
        experiments,
        callers.ofCluster(),
        new StatusTeller(settings.evaluator()),
        settings.tellEvery(),
        InstantSource.system());
  }

  private void look(ExperimentObjects objects) {
    try {
      objects.pass();
      if (trouble != null) {
        LOG.info("GdpoExperiments are looked after again");
      }
      trouble = null;
    } catch (RuntimeException e) {
      String reason = Reason.of(e);
      if (!reason.equals(trouble)) {
        LOG.errorf("GdpoExperiments cannot be looked after: %s; it is tried again", reason);
      }
      trouble = reason;
    }
  }
}
