package io.gdpo.dataset.catalog;

import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.contracts.state.DatasetState;
import io.gdpo.contracts.view.DatasetView;
import io.gdpo.platform.database.ReasonColumn;
import io.gdpo.platform.problem.Page;
import io.gdpo.platform.work.Work;
import io.gdpo.platform.work.Works;
import io.quarkus.hibernate.orm.panache.PanacheEntityBase;
import jakarta.persistence.Column;
import jakarta.persistence.Convert;
import jakarta.persistence.Entity;
import jakarta.persistence.EnumType;
import jakarta.persistence.Enumerated;
import jakarta.persistence.Id;
import jakarta.persistence.LockModeType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.hibernate.annotations.DynamicUpdate;

/** A dataset that was asked for, and what became of it. */
@Entity
@DynamicUpdate // what cannot be read of a row is not written over
public class Dataset extends PanacheEntityBase {
  /** Stands for whoever asks by no experiment's name. */
  static final String NOBODY = "";

  @Id public String id;

  @Convert(converter = SpecColumn.class)
  public DatasetSpec spec;

  @Enumerated(EnumType.STRING)
  public DatasetState state;

  /** The experiment that asked for it first, if one did. */
  public String requestedBy;

  /** Who waits while it is built: experiments by name, and {@link #NOBODY} for all others. */
  public Set<String> waiting = Set.of();

  /** Whether nobody wants the build that runs. */
  public boolean cancelRequested;

  /** Where it lies, once READY. */
  public String uri;

  /** Why it FAILED or was CANCELLED. */
  @Convert(converter = ReasonColumn.class)
  public String reason;

  /** Examples by split, once READY. */
  @Convert(converter = ExamplesColumn.class)
  public Map<String, Long> examples = Map.of();

  /** Hash of its source: when it was asked for, if that is known; as it was built, once READY. */
  @Column(name = "source_sha256")
  public String sourceSha256;

  /** When somebody last asked for it, or gave it back. */
  public Instant wantedAt;

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

  /** A dataset, locked until the transaction ends. */
  static Optional<Dataset> locked(String id) {
    return findByIdOptional(id, LockModeType.PESSIMISTIC_WRITE);
  }

  /**
   * Notes a dataset as asked for unless there is one of its id, also when several try at once.
   *
   * @return whether there was none
   */
  static boolean insertIfAbsent(String id, DatasetSpec spec, Instant requestedAt) {
    return getEntityManager()
            .createNativeQuery(
                "insert into dataset(id, spec, state, examples, requested_at, wanted_at)"
                    + " values (?1, ?2, 'REQUESTED', '{}', ?3, ?3) on conflict (id) do nothing")
            .setParameter(1, id)
            .setParameter(2, new SpecColumn().convertToDatabaseColumn(spec))
            .setParameter(3, requestedAt)
            .executeUpdate()
        == 1;
  }

  /** Somebody waits for it, or does not any more. */
  void waits(String requester, boolean still) {
    Set<String> changed = new TreeSet<>(waiting);
    if (still) {
      changed.add(requester);
    } else {
      changed.remove(requester);
    }
    waiting = changed;
  }

  /** As REST shows it, with what its build waits for. */
  DatasetView view(Works works) {
    return new DatasetView(
        id,
        state,
        uri,
        reason,
        examples,
        requestedBy,
        spec,
        requestedAt,
        finishedAt,
        state == DatasetState.REQUESTED ? works.find(id).map(Work::waitsFor).orElse(null) : null);
  }
}
