package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.function.Consumer;

/**
 * Tells of each change of a service's Jobs, as far as the API server tells it; whoever relies on it
 * will miss some.
 */
final class JobWatch implements ResourceEventHandler<Job>, AutoCloseable {
  private final SharedIndexInformer<Job> informer;
  private final Consumer<Job> listener;

  /**
   * Begins at once, or as soon as the API server answers.
   *
   * @param listener called on the watch's own thread
   */
  JobWatch(KubernetesClient client, String namespace, String owner, Consumer<Job> listener) {
    this.listener = listener;
    this.informer =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .withLabel(JobLabels.OWNER, owner)
            .runnableInformer(0)
            .exceptionHandler((started, failure) -> true) // it goes on trying
            .addEventHandler(this);
    informer.start();
  }

  @Override
  public void onAdd(Job job) {
    listener.accept(job);
  }

  @Override
  public void onUpdate(Job before, Job now) {
    listener.accept(now);
  }

  @Override
  public void onDelete(Job job, boolean finalStateUnknown) {
    listener.accept(job);
  }

  @Override
  public void close() {
    informer.stop();
  }
}
