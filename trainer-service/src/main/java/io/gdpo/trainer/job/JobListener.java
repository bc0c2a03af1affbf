package io.gdpo.trainer.job;

import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.JobCancelRequested;
import io.gdpo.platform.event.Inbox;
import io.gdpo.platform.event.Refusal;
import io.gdpo.platform.security.Caller;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** Hears on Kafka which jobs are to end; this service's own events pass unheeded. */
@ApplicationScoped
public class JobListener {
  private final Inbox inbox;
  private final JobCommands jobs;

  JobListener(Inbox inbox, JobCommands jobs) {
    this.inbox = inbox;
    this.jobs = jobs;
  }

  @Incoming("jobs")
  @Blocking
  void on(ConsumerRecord<String, byte[]> message) {
    inbox.acceptCommand(message, Event.Command.class, this::handle, Refusal.UNANSWERED);
  }

  private void handle(Event.Command command, Caller caller) {
    if (command instanceof JobCancelRequested cancel) {
      jobs.cancelByEvent(cancel.jobId(), cancel.reason(), caller);
    }
  }
}
