package io.gdpo.platform.database;

import static org.assertj.core.api.Assertions.assertThat;

import jakarta.persistence.OptimisticLockException;
import java.sql.SQLException;
import org.junit.jupiter.api.Test;

class FailureTest {

  @Test
  void aLostConnectionAndAStoppingServerAreOutages() {
    assertThat(Failure.of(wrapped(new SQLException("gone", "08006")))).isEqualTo(Failure.OUTAGE);
    assertThat(Failure.of(wrapped(new SQLException("stops", "57P01")))).isEqualTo(Failure.OUTAGE);
  }

  @Test
  void aPoolWithoutConnectionsIsAnOutageWhenOurOwnStatementMeetsIt() {
    SQLException acquisition = new SQLException("Acquisition timeout");
    assertThat(Failure.of(new DatabaseException("inbox", acquisition))).isEqualTo(Failure.OUTAGE);
    assertThat(Failure.of(wrapped(acquisition))).isEqualTo(Failure.LASTING);
  }

  @Test
  void aDeadlockADuplicateAndALostUpdateAreConflicts() {
    assertThat(Failure.of(wrapped(new SQLException("lock", "40P01")))).isEqualTo(Failure.CONFLICT);
    assertThat(Failure.of(wrapped(new SQLException("dup", "23505")))).isEqualTo(Failure.CONFLICT);
    assertThat(Failure.of(wrapped(new OptimisticLockException()))).isEqualTo(Failure.CONFLICT);
  }

  @Test
  void aSyntaxErrorAndARefusalLast() {
    assertThat(Failure.of(wrapped(new SQLException("syntax", "42601")))).isEqualTo(Failure.LASTING);
    assertThat(Failure.of(new IllegalArgumentException("no"))).isEqualTo(Failure.LASTING);
  }

  private static RuntimeException wrapped(Exception cause) {
    return new IllegalStateException(new RuntimeException(cause));
  }
}
