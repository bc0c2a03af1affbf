package io.gdpo.trainer.job;

import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.JobProgressed;
import io.gdpo.platform.event.Inbox;
import io.smallrye.common.annotation.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/**
 * Hears how far training processes have come, as {@link JobReconciler} tells it. Whether they live
 * and how they end is not taken from here but seen by {@link JobReconciler}; this service's own
 * events pass unheeded.
 */
@ApplicationScoped
public class JobListener {
  private final Inbox inbox;
  private final Jobs jobs;

  JobListener(Inbox inbox, Jobs jobs) {
    this.inbox = inbox;
    this.jobs = jobs;
  }

  @Incoming("jobs")
  @Blocking
  void on(ConsumerRecord<String, byte[]> message) {
    inbox.accept(
        message,
        Event.OfJob.class,
        event -> {
          if (event instanceof JobProgressed progressed) {
            jobs.progressed(progressed.jobId(), progressed.attempt(), progressed.progress());
          }
        });
  }
}
