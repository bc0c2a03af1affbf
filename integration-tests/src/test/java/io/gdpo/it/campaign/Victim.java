package io.gdpo.it.campaign;

import io.gdpo.it.stack.Stack;
import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import java.util.Set;

/** What a campaign kills, and how often beside the others. */
enum Victim {
  TRAINER_SERVICE(4, "trainer-service"),
  DATASET_SERVICE(2, "dataset-service"),
  EVALUATOR_SERVICE(3, "evaluator-service"),
  DATABASE(3, "postgresql"),
  /** The broker lives in its process, so it is killed with it. */
  SUPERVISOR(1, "supervisor and broker"),
  PLAN(1, "plan"),
  BUILD(2, "build"),
  TRAIN(5, "train"),
  EVALUATE(3, "evaluate");

  private static final Set<Victim> WORKERS = Set.of(PLAN, BUILD, TRAIN, EVALUATE);

  private final int weight;
  private final String words;

  Victim(int weight, String words) {
    this.weight = weight;
    this.words = words;
  }

  static Victim drawn(Random random) {
    int ticket = random.nextInt(Arrays.stream(values()).mapToInt(v -> v.weight).sum());
    for (Victim victim : values()) {
      ticket -= victim.weight;
      if (ticket < 0) {
        return victim;
      }
    }
    throw new IllegalStateException("No victim has the ticket");
  }

  boolean isWorker() {
    return WORKERS.contains(this);
  }

  /** Whether a worker does what this one is named after. */
  boolean does(String verb) {
    return isWorker() && words.equals(verb);
  }

  /** Whether a build ends with it: its service, its database, or all at once. */
  boolean cutsOffBuilds() {
    return this == DATASET_SERVICE || this == DATABASE || this == SUPERVISOR;
  }

  /** The process of a service, the database or the supervisor; empty while it has none. */
  Optional<ProcessHandle> in(Stack stack) {
    return switch (this) {
      case TRAINER_SERVICE, DATASET_SERVICE, EVALUATOR_SERVICE -> stack.process(words);
      case DATABASE -> stack.database();
      case SUPERVISOR -> Optional.of(stack.launcher().toHandle());
      case PLAN, BUILD, TRAIN, EVALUATE -> throw new IllegalStateException(this + " is a worker");
    };
  }

  @Override
  public String toString() {
    return words;
  }
}
