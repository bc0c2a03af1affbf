package io.gdpo.platform.work;

import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** The rows of {@link Work}, and transactions over them and whatever else the service keeps. */
public interface WorkStore {
  /** Runs in a transaction of its own: all that is written in it becomes true together. */
  <T> T inTransaction(Supplier<T> change);

  /** Adds a row. */
  void insert(Work work);

  /** Replaces a row; only of work that this transaction has {@link #locked}. */
  void update(Work work);

  /** Takes a row away; only of work that this transaction has {@link #locked}. */
  void delete(String id);

  Optional<Work> find(String id);

  /** By id; ids without work are left out. */
  Map<String, Work> find(Collection<String> ids);

  /** Locked until the transaction ends. */
  Optional<Work> locked(String id);

  /**
   * Claims work that nobody holds, each row once however many ask: the longest waiting first, of
   * WAITING work that is due and not suspended; and all that is to be cancelled or that runs
   * without a holder.
   */
  List<Work> claim(String kind, String replica, Instant now, Instant until, Room room);

  /**
   * How much WAITING work may be claimed.
   *
   * @param places how much of its kind may be claimed or run at one time
   * @param together by all replicas, also while they claim at the same moment; otherwise by each
   * @param most of it in one claim
   */
  record Room(int places, boolean together, int most) {
    int free(long taken) {
      return (int) Math.max(0, Math.min(most, places - taken));
    }
  }

  /** Work of a kind that runs. */
  List<Work> running(String kind);

  /** A replica begins: what it held in an earlier life is its own, in a new term. */
  void adopt(String replica, Instant until);

  /** All that this replica holds. */
  List<Work> heldBy(String replica);

  /** Prolongs this replica's leases. */
  void renew(String replica, Instant until);

  /** Gives up this replica's leases. */
  void release(String replica);
}
