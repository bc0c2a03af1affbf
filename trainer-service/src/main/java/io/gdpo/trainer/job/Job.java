package io.gdpo.trainer.job;

import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * A training job: what one stage's training is. How far it has come is told by its {@link
 * io.gdpo.platform.work.Work}, whose id is the job's.
 */
@Entity
class Job extends PanacheEntityBase {
  @Id String id;
  String experiment;
  String stage;

  @Convert(converter = PlanColumn.class)
  JobPlan plan;

  static Optional<Job> withId(String id) {
    return findByIdOptional(id);
  }

  static List<Job> withIds(Collection<String> ids) {
    return list("id in ?1", ids);
  }

  static Optional<String> experimentOf(String id) {
    return find("select experiment from Job where id = ?1", id)
        .project(String.class)
        .firstResultOptional();
  }
}
