package io.gdpo.trainer.experiment;

import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.topic.EventType;
import io.gdpo.platform.event.Outbox;
import io.gdpo.platform.work.SimulatedTable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/**
 * Outbox, broker and inbox: what is sent becomes true with its transaction, is delivered at least
 * once, in the order of its key and in no order among keys, sometimes again much later, and is
 * handled once.
 */
final class SimulatedBroker implements Outbox, SimulatedTable.Beside {
  /** A record of a topic. */
  record Delivery(int id, Event event) {
    String partition() {
      return EventType.of(event).topic() + " " + event.key();
    }
  }

  private final SimulatedTable table;
  private final Random random;
  private final boolean tellsAtOnce;
  private final List<Event> outbox = new ArrayList<>();
  private final Set<Integer> inbox = new HashSet<>();
  private final List<Integer> handledNow = new ArrayList<>();
  private final List<Event> told = new ArrayList<>();
  private final List<Event> saidNow = new ArrayList<>();
  private final List<Delivery> waiting = new ArrayList<>();
  private final List<Delivery> past = new ArrayList<>();
  private int ids;

  /**
   * @param tellsAtOnce a fault: what is said stays said when its transaction is rolled back
   */
  SimulatedBroker(SimulatedTable table, Random random, boolean tellsAtOnce) {
    this.table = table;
    this.random = random;
    this.tellsAtOnce = tellsAtOnce;
    table.addBeside(this);
  }

  @Override
  public void begin() {
    handledNow.clear();
    saidNow.clear();
  }

  @Override
  public void commit() {
    told.addAll(saidNow);
  }

  @Override
  public void rollBack() {
    if (tellsAtOnce) {
      told.addAll(saidNow);
    } else {
      outbox.subList(outbox.size() - saidNow.size(), outbox.size()).clear();
    }
    handledNow.forEach(inbox::remove);
  }

  @Override
  public void send(Event event) {
    if (!table.isInTransaction()) {
      throw new IllegalStateException(event + " is sent outside a transaction");
    }
    outbox.add(event);
    saidNow.add(event);
  }

  /** All that was ever said, in the order of the commits. */
  List<Event> told() {
    return told;
  }

  /** What somebody else sends. */
  void publish(Event event) {
    waiting.add(new Delivery(ids++, event));
  }

  /**
   * The relay sends the oldest row.
   *
   * @param crashes before it noted that: another copy follows
   */
  void relay(boolean crashes) {
    if (!outbox.isEmpty()) {
      publish(outbox.get(0));
      if (crashes) {
        // The copy has the row's own id, by which the inbox knows it.
        waiting.add(waiting.get(waiting.size() - 1));
      }
      outbox.remove(0);
    }
  }

  /** Some record that is next of its key, or one from long ago. */
  Optional<Delivery> next() {
    if (!past.isEmpty() && (waiting.isEmpty() || random.nextInt(12) == 0)) {
      return Optional.of(past.get(random.nextInt(past.size())));
    }
    if (waiting.isEmpty()) {
      return Optional.empty();
    }
    String partition = waiting.get(random.nextInt(waiting.size())).partition();
    return waiting.stream().filter(it -> it.partition().equals(partition)).findFirst();
  }

  /** Its offset is committed. */
  void settled(Delivery delivery) {
    if (waiting.remove(delivery)) {
      past.add(delivery);
    }
  }

  /** Whether the service sees it for the first time; in the transaction that handles it. */
  boolean isNew(Delivery delivery) {
    boolean isNew = inbox.add(delivery.id());
    if (isNew) {
      handledNow.add(delivery.id());
    }
    return isNew;
  }

  boolean isIdle() {
    return outbox.isEmpty() && waiting.isEmpty();
  }
}
