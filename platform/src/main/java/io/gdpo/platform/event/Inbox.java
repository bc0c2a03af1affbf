package io.gdpo.platform.event;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.metric.ServiceMetric;
import io.gdpo.platform.database.Failure;
import io.gdpo.platform.metric.Meters;
import io.gdpo.platform.security.Caller;
import io.gdpo.platform.security.Callers;
import io.quarkus.narayana.jta.QuarkusTransaction;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jboss.logging.Logger;

/**
 * A service handles each event that reaches it once, although Kafka delivers at least once, and a
 * record that cannot be handled never stops the ones behind it.
 *
 * <p>A listener is one line, on a worker thread:
 *
 * <pre>{@code
 * @Incoming("jobs")
 * @Blocking
 * void onJobs(ConsumerRecord<String, byte[]> record) {
 *   inbox.accept(record, event -> { ... });
 * }
 * }</pre>
 *
 * <p>The handler and the note that the event was handled are one transaction. When {@link #accept}
 * returns, the record is settled and its offset may be committed:
 *
 * <ul>
 *   <li>handled, or recognised as a duplicate and skipped;
 *   <li>poison (no event of this topic, or refused by the handler with any exception or error): its
 *       sender is told, see {@link Refusal}, or its copy with the reason lies in the dead letter
 *       topic, see {@link DeadLetters}.
 * </ul>
 *
 * <p>Only what is wrong with the record is poison. While the database or the broker fails, accept
 * waits and tries again, however long it takes, so that an outage loses nothing; when the service
 * stops meanwhile it throws, the offset stays uncommitted, and the record comes again after the
 * restart.
 */
@ApplicationScoped
public class Inbox {
  private static final Logger LOG = Logger.getLogger(Inbox.class);
  private static final Duration FIRST_PAUSE = Duration.ofMillis(100);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);
  private static final int CONFLICT_TRIES = 5;

  private final InboxTable handled;
  private final DeadLetters deadLetters;
  private final Callers callers;
  private final CountDownLatch stopped = new CountDownLatch(1);

  Inbox(InboxTable handled, DeadLetters deadLetters, Callers callers) {
    this.handled = handled;
    this.deadLetters = deadLetters;
    this.callers = callers;
  }

  /**
   * Settles a record: see the class.
   *
   * @param handler called in a transaction, with an event of the record's topic; throws to refuse
   *     it
   * @throws IllegalStateException if the service stops before the record is settled
   */
  public void accept(ConsumerRecord<String, byte[]> record, Consumer<Event> handler) {
    accept(record, Event.class, handler);
  }

  /**
   * Settles a record whose topic carries one family of events, such as {@link Event.OfJob}.
   *
   * @param family what the handler takes
   */
  public <E extends Event> void accept(
      ConsumerRecord<String, byte[]> record, Class<E> family, Consumer<? super E> handler) {
    accept(record, family, handler, Refusal.UNANSWERED);
  }

  /**
   * The same for events whose sender waits for an answer.
   *
   * @param refusal told of an event that cannot be read or that the handler refuses; only what it
   *     does not answer goes to the dead letter topic
   */
  public <E extends Event> void accept(
      ConsumerRecord<String, byte[]> record,
      Class<E> family,
      Consumer<? super E> handler,
      Refusal refusal) {
    settle(record, () -> handleOnce(record, CloudEvents.read(record), family, handler), refusal);
  }

  /**
   * Settles a record of a topic on which this service carries out commands; what else travels there
   * passes unheeded. The specification in the command is read strictly: a misspelt setting is
   * refused with its place, never ignored.
   *
   * @param command a command, or {@link Event.Command} for all
   * @param refusal told of a command that cannot be read or that the handler refuses, as above
   */
  public <C extends Event> void acceptCommand(
      ConsumerRecord<String, byte[]> record,
      Class<C> command,
      Consumer<? super C> handler,
      Refusal refusal) {
    if (CloudEvents.type(record)
        .filter(type -> command.isAssignableFrom(type.eventClass()))
        .isPresent()) {
      settle(
          record,
          () -> handleOnce(record, CloudEvents.readCommand(record), command, handler),
          refusal);
    } else {
      settle(record, () -> passBy(record), Refusal.UNANSWERED);
    }
  }

  /**
   * The same for commands that not everybody may give.
   *
   * @param handler told who the command is from, too
   */
  public <C extends Event> void acceptCommand(
      ConsumerRecord<String, byte[]> record,
      Class<C> command,
      BiConsumer<? super C, Caller> handler,
      Refusal refusal) {
    Caller caller = callers.ofEvent(record.topic(), CloudEvents.owner(record));
    acceptCommand(record, command, (C it) -> handler.accept(it, caller), refusal);
  }

  private void settle(ConsumerRecord<String, byte[]> record, Runnable work, Refusal refusal) {
    Duration pause = FIRST_PAUSE;
    try (RecordScope about = new RecordScope(record)) {
      for (int attempt = 1; !settled(record, work, refusal, attempt); attempt++) {
        awaitNextTry(record, pause);
        Duration longer = pause.multipliedBy(2);
        pause = longer.compareTo(LONGEST_PAUSE) < 0 ? longer : LONGEST_PAUSE;
      }
    }
  }

  void stop(@Observes @Priority(1) ShutdownEvent stopping) {
    stopped.countDown();
  }

  /** One try; false if another one is due. An Error in a handler is the record's, too. */
  private boolean settled(
      ConsumerRecord<String, byte[]> record, Runnable work, Refusal refusal, int attempt) {
    try {
      work.run();
      return true;
    } catch (RuntimeException | Error e) {
      return switch (Failure.of(e)) {
        case OUTAGE -> retried(record, "the database", e, attempt);
        case CONFLICT ->
            attempt < CONFLICT_TRIES
                ? retried(record, "a concurrent change", e, attempt)
                : refused(record, e, refusal, attempt);
        case LASTING -> refused(record, e, refusal, attempt);
      };
    }
  }

  /** Says once what a record waits for, not at each try. */
  private static boolean retried(
      ConsumerRecord<String, byte[]> record, String cause, Throwable e, int attempt) {
    if (attempt == 1) {
      LOG.warnf("%s waits for %s: %s", place(record), cause, e.getMessage());
    }
    LOG.debugf(e, "%s, attempt %d", place(record), attempt);
    return false;
  }

  private boolean refused(
      ConsumerRecord<String, byte[]> record, Throwable reason, Refusal refusal, int attempt) {
    try {
      Optional<JsonNode> data = json(record, refusal);
      if (data.isPresent()
          && QuarkusTransaction.requiringNew()
              .call(() -> refusal.answer(data.get(), Reason.of(reason)))) {
        LOG.warnf("%s is refused: %s", place(record), Reason.of(reason));
        Meters.count(ServiceMetric.EVENTS_RECEIVED, record.topic(), "answered");
        return true;
      }
    } catch (RuntimeException | Error e) {
      if (Failure.of(e) == Failure.OUTAGE) {
        return retried(record, "the database", e, attempt);
      }
      reason.addSuppressed(e);
    }
    return buried(record, reason, attempt);
  }

  private static Optional<JsonNode> json(ConsumerRecord<String, byte[]> record, Refusal refusal) {
    if (refusal == Refusal.UNANSWERED || record.value() == null) {
      return Optional.empty();
    }
    try {
      return Optional.ofNullable(Json.EVENTS.readTree(record.value()));
    } catch (IOException torn) {
      LOG.debugf(torn, "%s is no JSON: nobody can be told", place(record));
      return Optional.empty();
    }
  }

  private boolean buried(ConsumerRecord<String, byte[]> record, Throwable reason, int attempt) {
    try {
      deadLetters.bury(record, reason);
      return true;
    } catch (EventNotSentException e) {
      return retried(record, "the broker", e, attempt);
    }
  }

  /** It only must be an event. */
  private static void passBy(ConsumerRecord<String, byte[]> record) {
    CloudEvents.read(record);
    Meters.count(ServiceMetric.EVENTS_RECEIVED, record.topic(), "handled");
  }

  private <E extends Event> void handleOnce(
      ConsumerRecord<String, byte[]> record,
      CloudEvents.Received received,
      Class<E> family,
      Consumer<? super E> handler) {
    if (!family.isInstance(received.event())) {
      throw new PoisonEventException(
          "A " + received.event().getClass().getSimpleName() + " is not handled here");
    }
    boolean isNew =
        QuarkusTransaction.requiringNew()
            .call(
                () -> {
                  boolean first = handled.isNew(received);
                  if (first) {
                    handler.accept(family.cast(received.event()));
                  } else {
                    LOG.debugf("Event %s was handled before", received.id());
                  }
                  return first;
                });
    Meters.count(ServiceMetric.EVENTS_RECEIVED, record.topic(), isNew ? "handled" : "duplicate");
  }

  private void awaitNextTry(ConsumerRecord<String, byte[]> record, Duration pause) {
    try {
      if (stopped.await(pause.toMillis(), TimeUnit.MILLISECONDS)) {
        throw new IllegalStateException(
            place(record) + " is not settled yet; the service stops and will get it again");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(place(record) + " is not settled: interrupted", e);
    }
  }

  private static String place(ConsumerRecord<String, byte[]> record) {
    return "Record " + record.topic() + "/" + record.partition() + "/" + record.offset();
  }
}
