package io.gdpo.trainer.job;

import jakarta.enterprise.context.ApplicationScoped;
import jakarta.persistence.EntityManager;
import jakarta.transaction.Transactional;

/**
 * Makes the changes of one experiment, its stages and its jobs happen one after another, also where
 * its row does not exist yet. Take it before reading what is to be changed; the database gives it
 * back when the transaction ends, however it ends.
 */
@ApplicationScoped
public class ExperimentLock {
  private final EntityManager database;

  ExperimentLock(EntityManager database) {
    this.database = database;
  }

  /** Waits until no other transaction holds this experiment's lock, then holds it. */
  @Transactional(Transactional.TxType.MANDATORY)
  public void take(String experiment) {
    database
        .createNativeQuery(
            "select cast(pg_advisory_xact_lock(hashtextextended(:name, 0)) as text)", String.class)
        .setParameter("name", "experiment " + experiment)
        .getSingleResult();
  }
}
