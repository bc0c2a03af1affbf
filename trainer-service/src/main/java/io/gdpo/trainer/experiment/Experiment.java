package io.gdpo.trainer.experiment;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.platform.database.ReasonColumn;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import org.hibernate.annotations.DynamicUpdate;

/**
 * An experiment as submitted, and how far it has come. Every change happens under {@link
 * io.gdpo.trainer.job.ExperimentLock}.
 */
@Entity
@DynamicUpdate // what cannot be read of a row is not written over
class Experiment extends PanacheEntityBase {
  @Id String name;

  @Convert(converter = SpecColumn.class)
  ExperimentSpec spec;

  @Enumerated(EnumType.STRING)
  ExperimentStatus status;

  @Convert(converter = ReasonColumn.class)
  String reason;

  boolean cancelRequested;

  /** Who submitted it; null if nobody was asked who they are. */
  String owner;

  /** Nothing more of it is trained until it is resumed. */
  boolean suspended;

  /** Null until it is known: one to be built is named after the plan has seen its source. */
  String datasetId;

  String datasetUri;
  Instant submittedAt;
  Instant finishedAt;

  /** It failed before anything was done for it. */
  boolean isRefused() {
    return status == ExperimentStatus.FAILED && datasetUri == null;
  }
}
