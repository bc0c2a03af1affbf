package io.gdpo.trainer.customresource;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.gdpo.contracts.spec.InvalidSpecException;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.platform.json.JsonFault;
import io.gdpo.platform.problem.ProblemException;
import io.gdpo.platform.security.Caller;
import io.gdpo.platform.work.Troubles;
import io.gdpo.trainer.experiment.Experiments;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Brings objects of the kind GdpoExperiment and experiments into agreement, by the same methods
 * that REST and events use. Level-triggered: lists all objects, compares, acts, and tells in their
 * status how their experiments stand. Several replicas may do so at one time: all that is asked of
 * experiments can be asked twice, and of two that write one object the API server refuses the
 * second, which looks again.
 *
 * <p>Used by one thread at a time.
 */
final class ExperimentObjects {
  private static final Logger LOG = Logger.getLogger(ExperimentObjects.class);
  private static final int CONFLICT = 409;
  private static final int NOT_FOUND = 404;

  /** Guard, submit, tell; more only if something changes meanwhile, which the next look sees. */
  private static final int STEPS = 4;

  private final KubernetesClient client;
  private final String namespace;
  private final Experiments experiments;
  private final Caller caller;
  private final StatusTeller teller;
  private final Duration tellEvery;
  private final InstantSource clock;

  /** When each object was last written to, by its uid. */
  private final Map<String, Instant> told = new HashMap<>();

  private final Troubles troubles;

  /**
   * @param caller who objects are from
   */
  ExperimentObjects(
      KubernetesClient client,
      String namespace,
      Experiments experiments,
      Caller caller,
      StatusTeller teller,
      Duration tellEvery,
      InstantSource clock) {
    this.client = client;
    this.namespace = namespace;
    this.experiments = experiments;
    this.caller = caller;
    this.teller = teller;
    this.tellEvery = tellEvery;
    this.clock = clock;
    this.troubles = new Troubles(LOG, "GdpoExperiment", clock);
  }

  /**
   * One look at all objects. Trouble with one holds up no other.
   *
   * @throws KubernetesClientException if the API server does not tell of them
   */
  void pass() {
    List<GenericKubernetesResource> all =
        client
            .genericKubernetesResources(ExperimentDefinition.CONTEXT)
            .inNamespace(namespace)
            .list()
            .getItems();
    Set<String> there = new HashSet<>();
    for (GenericKubernetesResource object : all) {
      there.add(object.getMetadata().getUid());
      String name = object.getMetadata().getName();
      if (troubles.isDue(name)) {
        try {
          bringOn(object);
          troubles.over(name);
        } catch (RuntimeException e) {
          met(name, e);
        }
      }
    }
    told.keySet().retainAll(there);
  }

  private void met(String name, RuntimeException e) {
    if (e instanceof KubernetesClientException refused
        && (refused.getCode() == CONFLICT || refused.getCode() == NOT_FOUND)) {
      LOG.debugf("GdpoExperiment '%s' was changed meanwhile", name);
    } else {
      troubles.met(name, e); // however often: somebody may mend it
    }
  }

  private void bringOn(GenericKubernetesResource object) {
    GenericKubernetesResource now = object;
    for (int step = 0; step < STEPS; step++) {
      GdpoExperiment resource = GdpoExperiment.of(now);
      Optional<ExperimentView> experiment = experiments.find(resource.name());
      switch (ResourceDecision.of(resource, experiment)) {
        case GUARD -> now = write(resource.guarded(true)).update();
        case RELEASE -> {
          write(resource.guarded(false)).update();
          return;
        }
        case SUBMIT -> {
          tell(resource, submitted(resource));
          return;
        }
        case SUSPEND -> experiments.suspend(resource.name(), true, caller);
        case RESUME -> experiments.suspend(resource.name(), false, caller);
        case CANCEL -> {
          tell(
              resource,
              teller.submitted(
                  resource, experiments.cancel(resource.name(), caller), clock.instant()));
          return;
        }
        case TELL -> {
          tell(resource, status(resource, experiment));
          return;
        }
      }
    }
  }

  private ResourceStatus status(GdpoExperiment resource, Optional<ExperimentView> experiment) {
    if (experiment.isPresent() && resource.status().is(ResourceStatus.SUBMITTED)) {
      return teller.submitted(resource, experiment.get(), clock.instant());
    }
    if (ResourceDecision.isRefused(resource.status()) || resource.isDeleted()) {
      return resource.status();
    }
    return resource.status().is(ResourceStatus.SUBMITTED)
        ? teller.deleted(resource, clock.instant())
        : teller.suspended(resource, clock.instant());
  }

  private ResourceStatus submitted(GdpoExperiment resource) {
    try {
      ExperimentView experiment = experiments.submit(resource.spec(), caller).experiment();
      return caller.mayChange(experiment.owner())
          ? teller.submitted(resource, experiment, clock.instant())
          : refused(
              resource,
              "there is an experiment '"
                  + experiment.name()
                  + "' already, which is "
                  + experiment.owner()
                  + "'s; give this one another name");
    } catch (JsonProcessingException e) {
      return refused(resource, JsonFault.of(e).detail());
    } catch (InvalidSpecException | ProblemException e) {
      return refused(resource, e.getMessage());
    }
  }

  private ResourceStatus refused(GdpoExperiment resource, String why) {
    LOG.warnf("GdpoExperiment '%s' is refused: %s", resource.name(), why);
    return teller.refused(resource, why, clock.instant());
  }

  /** Written only if it differs, and seldom where only training goes on. */
  private void tell(GdpoExperiment resource, ResourceStatus status) {
    if (status.equals(resource.status())) {
      return;
    }
    String uid = resource.object().getMetadata().getUid();
    Instant last = told.get(uid);
    if (last != null
        && status.differsOnlyInItsCourseFrom(resource.status())
        && clock.instant().isBefore(last.plus(tellEvery))) {
      return;
    }
    write(resource.telling(status)).updateStatus();
    told.put(uid, clock.instant());
  }

  /** Refused by the API server if somebody else wrote it meanwhile. */
  private Resource<GenericKubernetesResource> write(GenericKubernetesResource object) {
    return client
        .genericKubernetesResources(ExperimentDefinition.CONTEXT)
        .inNamespace(namespace)
        .resource(object);
  }
}
