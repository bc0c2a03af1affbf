package io.gdpo.benchmark;

import io.gdpo.benchmark.side.Request;
import java.util.function.UnaryOperator;

/**
 * One of the two that a benchmark compares.
 *
 * @param label for the table
 * @param engine what it runs on
 * @param settings how it differs from what the benchmark asks of both
 */
record Contender(String label, Engine engine, UnaryOperator<Request.Work> settings) {
  /** What computes. */
  enum Engine {
    /** PyTorch, by {@code peers/serve.py}. */
    PYTHON,
    /** This project, by {@link io.gdpo.benchmark.side.Worker}. */
    JAVA
  }

  static Contender python(String label) {
    return new Contender(label, Engine.PYTHON, UnaryOperator.identity());
  }

  static Contender java(String label) {
    return new Contender(label, Engine.JAVA, UnaryOperator.identity());
  }

  Contender with(UnaryOperator<Request.Work> other) {
    return new Contender(label, engine, other);
  }
}
