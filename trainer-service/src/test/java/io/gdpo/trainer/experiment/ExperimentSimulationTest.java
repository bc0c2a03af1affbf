package io.gdpo.trainer.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.platform.work.BrokenPromise;
import io.gdpo.platform.work.SimulatedTable.Fault;
import java.util.EnumSet;
import java.util.Set;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Histories of experiments by seed. {@code -Dgdpo.simulation.histories=20000} looks at more, {@code
 * -Dgdpo.simulation.seed=N} at one.
 */
class ExperimentSimulationTest {
  private static final Logger GDPO = Logger.getLogger("io.gdpo");

  @BeforeAll
  static void beQuiet() {
    GDPO.setLevel(Level.OFF);
  }

  @AfterAll
  static void speakAgain() {
    GDPO.setLevel(null);
  }

  @Test
  void everyHistoryKeepsItsPromises() {
    Long one = Long.getLong("gdpo.simulation.seed");
    long histories = Long.getLong("gdpo.simulation.histories", 500);
    Set<ExperimentStatus> ends = EnumSet.noneOf(ExperimentStatus.class);
    (one == null ? LongStream.rangeClosed(1, histories) : LongStream.of(one))
        .forEach(
            seed -> {
              ExperimentSimulation history = new ExperimentSimulation(seed, Fault.NONE);
              history.run();
              ends.addAll(history.ends());
            });
    if (one == null) {
      assertThat(ends)
          .contains(
              ExperimentStatus.SUCCEEDED, ExperimentStatus.FAILED, ExperimentStatus.CANCELLED);
    }
  }

  /** Each is found by this seed; without the fault its history keeps all promises. */
  @ParameterizedTest
  @CsvSource({
    "A_CLAIM_WITHOUT_ITS_ATTEMPT, 1",
    "A_FACT_OUTSIDE_ITS_TRANSACTION, 42",
    "A_CANCEL_LOST_BETWEEN_TWO_WRITES, 17"
  })
  void aFaultThatIsPutInIsFound(Fault fault, long seed) {
    assertThatThrownBy(() -> new ExperimentSimulation(seed, fault).run())
        .isInstanceOf(BrokenPromise.class)
        .hasMessageContaining("-Dgdpo.simulation.seed=" + seed);
  }
}
