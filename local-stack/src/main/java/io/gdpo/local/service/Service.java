package io.gdpo.local.service;

import java.util.Arrays;
import java.util.Optional;

/** The services of the stack, in the order in which data flows through them. */
public enum Service {
  DATASET("dataset-service", "dataset"),
  TRAINER("trainer-service", "trainer"),
  EVALUATOR("evaluator-service", "evaluator");

  private final String label;
  private final String database;

  Service(String label, String database) {
    this.label = label;
    this.database = database;
  }

  /** The service's name: its module, its log file, its key in {@code stack.json}. */
  public String label() {
    return label;
  }

  /** The database that is the service's own. */
  public String database() {
    return database;
  }

  public static Optional<Service> ofLabel(String label) {
    return Arrays.stream(values()).filter(s -> s.label.equals(label)).findFirst();
  }
}
