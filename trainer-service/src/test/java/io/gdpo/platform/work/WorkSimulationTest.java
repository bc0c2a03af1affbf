package io.gdpo.platform.work;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Histories of work by seed. {@code -Dgdpo.simulation.histories=20000} looks at more, {@code
 * -Dgdpo.simulation.seed=N} at one.
 */
class WorkSimulationTest {
  private static final Logger WORK = Logger.getLogger("io.gdpo.platform.work");

  @BeforeAll
  static void beQuiet() {
    WORK.setLevel(Level.OFF);
  }

  @AfterAll
  static void speakAgain() {
    WORK.setLevel(null);
  }

  @Test
  void everyHistoryKeepsItsPromises() {
    Long one = Long.getLong("gdpo.simulation.seed");
    long histories = Long.getLong("gdpo.simulation.histories", 500);
    (one == null ? LongStream.rangeClosed(1, histories) : LongStream.of(one))
        .forEach(seed -> new WorkSimulation(seed, SimulatedTable.Fault.NONE).run());
  }

  /** A replica that lost its lease and had the work back told its end while it still ran there. */
  @ParameterizedTest
  @ValueSource(longs = 28769)
  void whatOnceBrokeAPromiseKeepsIt(long seed) {
    new WorkSimulation(seed, SimulatedTable.Fault.NONE).run();
  }

  /** Each is found by this seed; without the fault its history keeps all promises. */
  @ParameterizedTest
  @CsvSource({
    "A_CLAIM_WITHOUT_ITS_ATTEMPT, 1",
    "A_FACT_OUTSIDE_ITS_TRANSACTION, 7",
    "A_CANCEL_LOST_BETWEEN_TWO_WRITES, 5",
    "A_CANCEL_TOLD_WHILE_ITS_PROCESS_RUNS, 13"
  })
  void aFaultThatIsPutInIsFound(SimulatedTable.Fault fault, long seed) {
    assertThatThrownBy(() -> new WorkSimulation(seed, fault).run())
        .isInstanceOf(BrokenPromise.class)
        .hasMessageContaining("-Dgdpo.simulation.seed=" + seed);
  }
}
