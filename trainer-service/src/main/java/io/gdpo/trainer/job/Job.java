package io.gdpo.trainer.job;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.hibernate.annotations.DynamicUpdate;

/**
 * A training job: what one stage's training is. How far it has come is told by its {@link
 * io.gdpo.platform.work.Work}, whose id is the job's.
 */
@Entity
@DynamicUpdate // what cannot be read of a row is not written over
class Job extends PanacheEntityBase {
  @Id String id;
  String experiment;

  /** The experiment's; null if it has none. */
  String owner;

  String stage;

  @Convert(converter = PlanColumn.class)
  JobPlan plan;
}
