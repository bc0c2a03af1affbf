package io.gdpo.dataset.catalog;

import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.platform.database.Page;
import io.gdpo.platform.database.ReasonColumn;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A dataset that was asked for, and what became of it. */
@Entity
public class Dataset extends PanacheEntityBase {
  @Id public String id;

  @Convert(converter = SpecColumn.class)
  public DatasetSpec spec;

  @Enumerated(EnumType.STRING)
  public DatasetState state;

  /** The experiment that asked for it, if one did. */
  public String requestedBy;

  /** Where it lies, once READY. */
  public String uri;

  /** Why it FAILED. */
  @Convert(converter = ReasonColumn.class)
  public String reason;

  /** Examples by split, once READY. */
  @Convert(converter = ExamplesColumn.class)
  public Map<String, Long> examples = Map.of();

  public Instant requestedAt;
  public Instant finishedAt;

  static Optional<Dataset> named(String id) {
    return findByIdOptional(id);
  }

  static List<Dataset> newestFirst(Page page) {
    return Dataset.<Dataset>find("order by requestedAt desc, id")
        .range(page.offset(), page.offset() + page.limit() - 1)
        .list();
  }

  /** Locks the oldest dataset that waits to be built and that nobody else is building. */
  static Optional<Dataset> claimNext() {
    return getEntityManager()
        .createNativeQuery(
            "select * from dataset where state = 'REQUESTED' order by requested_at, id limit 1"
                + " for update skip locked",
            Dataset.class)
        .getResultStream()
        .map(Dataset.class::cast)
        .findFirst();
  }
}
