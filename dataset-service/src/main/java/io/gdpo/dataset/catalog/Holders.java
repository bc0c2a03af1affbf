package io.gdpo.dataset.catalog;

import io.quarkus.hibernate.orm.panache.Panache;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Instant;
import java.util.List;

/** Which experiments hold which dataset; changed under the dataset's lock. */
@ApplicationScoped
class Holders {
  void add(String dataset, String holder) {
    Panache.getEntityManager()
        .createNativeQuery(
            "insert into dataset_holder(dataset_id, holder) values (?1, ?2) on conflict do nothing")
        .setParameter(1, dataset)
        .setParameter(2, holder)
        .executeUpdate();
  }

  void remove(String dataset, String holder) {
    Panache.getEntityManager()
        .createNativeQuery("delete from dataset_holder where dataset_id = ?1 and holder = ?2")
        .setParameter(1, dataset)
        .setParameter(2, holder)
        .executeUpdate();
  }

  /** Some of those who hold it, in the order of their names. */
  List<String> of(String dataset, int most) {
    return Panache.getSession()
        .createNativeQuery(
            "select holder from dataset_holder where dataset_id = ?1 order by holder limit ?2",
            String.class)
        .setParameter(1, dataset)
        .setParameter(2, most)
        .getResultList();
  }

  /** Datasets that are over, that nobody holds and nobody asked for since a time. */
  List<String> unheldSince(Instant time) {
    return Panache.getSession()
        .createNativeQuery(
            "select id from dataset d where state <> 'REQUESTED' and wanted_at < ?1"
                + " and not exists (select 1 from dataset_holder h where h.dataset_id = d.id)"
                + " order by wanted_at",
            String.class)
        .setParameter(1, time)
        .getResultList();
  }
}
