package io.gdpo.platform.work;

import io.gdpo.platform.launch.JobLauncher;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jboss.logging.Logger;

/**
 * Ends processes that no row speaks of any more, where every replica sees all of them: one that a
 * dying replica had asked for, and that was made only after its attempt had been given up, would
 * run beside the next attempt for ever.
 *
 * <p>A process is ended when two looks in a row find no row for it: a row is written before its
 * process is asked for, but what is seen of processes may be a little older than the rows.
 */
final class OrphanSweep {
  private static final Logger LOG = Logger.getLogger(OrphanSweep.class);
  static final Duration EVERY = Duration.ofSeconds(30);

  private final WorkStore store;
  private final JobLauncher launcher;
  private final InstantSource clock;
  private Set<String> suspects = Set.of();
  private Instant next = Instant.MIN;

  OrphanSweep(WorkStore store, JobLauncher launcher, InstantSource clock) {
    this.store = store;
    this.launcher = launcher;
    this.clock = clock;
  }

  /** Looks, if it is time to. */
  void perhaps() {
    if (!launcher.isShared() || clock.instant().isBefore(next)) {
      return;
    }
    next = clock.instant().plus(EVERY);
    Map<String, String> works = new HashMap<>();
    launcher.alive().forEach(process -> Work.idOf(process).ifPresent(id -> works.put(process, id)));
    Map<String, Work> rows = store.find(works.values());
    Set<String> orphans = new HashSet<>();
    works.forEach(
        (process, id) -> {
          Work row = rows.get(id);
          if (row == null
              || row.state() != WorkState.RUNNING
              || !row.processName().equals(process)) {
            orphans.add(process);
          }
        });
    for (String orphan : orphans) {
      if (suspects.contains(orphan)) {
        LOG.warnf("%s is no current attempt of any work; it is ended", orphan);
        launcher.cancel(orphan);
      }
    }
    suspects = orphans;
  }
}
