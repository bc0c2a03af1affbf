package io.gdpo.trainer.experiment;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;

/** A dataset that dataset-service has announced as complete; an experiment can name it. */
@Entity
class ReadyDataset extends PanacheEntityBase {
  @Id String id;
  String uri;
}
