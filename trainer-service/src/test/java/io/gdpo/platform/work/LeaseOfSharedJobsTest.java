package io.gdpo.platform.work;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.platform.launch.JobLauncher;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What becomes of jobs when the replica that launched them was slow, died, or has much to do, and
 * what replicas share.
 */
class LeaseOfSharedJobsTest {
  private static final Duration LEASE = Duration.ofSeconds(10);

  private final SimulatedTable table = new SimulatedTable(SimulatedTable.Fault.NONE, () -> {});
  private final ArtifactStore artifacts = Artifacts.at(URI.create("memory://shared-jobs"));
  private final Map<String, LaunchState> jobs = new HashMap<>();
  private final List<String> cancelled = new ArrayList<>();
  private Instant now = Instant.EPOCH;
  private int places = 1;
  private int putOff;
  private Duration aLook = Duration.ZERO;

  private final class Launcher implements JobLauncher {
    private final boolean shared;

    Launcher(boolean shared) {
      this.shared = shared;
    }

    @Override
    public boolean isShared() {
      return shared;
    }

    @Override
    public int putOff() {
      return putOff;
    }

    @Override
    public void launch(LaunchRequest request) {
      jobs.put(request.name(), new LaunchState.Running());
    }

    @Override
    public Set<String> alive() {
      return jobs.keySet();
    }

    @Override
    public LaunchState status(String name) {
      now = now.plus(aLook);
      return jobs.getOrDefault(name, new LaunchState.Gone());
    }

    @Override
    public void cancel(String name) {
      cancelled.add(name);
    }

    @Override
    public void onExit(Consumer<String> listener) {}

    @Override
    public void close() {}
  }

  private final class Training implements WorkKind<Object> {
    @Override
    public String verb() {
      return "train";
    }

    @Override
    public WorkLimits limits() {
      return new WorkLimits(places, 3, Duration.ZERO);
    }

    @Override
    public Class<Object> result() {
      return Object.class;
    }

    @Override
    public Order begin(Work work) {
      return new Order(Map.of(), LaunchRequest.Needs.ofProcessors(1));
    }

    @Override
    public void ended(Work work, Optional<Object> result) {}
  }

  @BeforeEach
  void ask() {
    ask("a");
  }

  private void ask(String id) {
    table.inTransaction(
        () -> {
          table.insert(Work.waiting(id, "train", "jobs/" + id, null, now));
          return null;
        });
  }

  private void ask(int jobs) {
    IntStream.range(0, jobs).forEach(job -> ask("a" + job));
  }

  private WorkReconciler replica(String name, boolean shared) {
    return new WorkReconciler(
        table,
        new Launcher(shared),
        artifacts,
        List.of(new Training()),
        () -> now,
        name,
        LEASE,
        () -> false);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_job_that_all_replicas_see_is_left_to_who_looks_after_it_now(boolean shared) {
    WorkReconciler slow = replica("slow", shared);
    WorkReconciler other = replica("other", shared);
    slow.pass();
    now = now.plus(LEASE).plusSeconds(1);
    other.pass();
    slow.pass();

    assertThat(table.find("a").orElseThrow().holder()).isEqualTo("other");
    if (shared) {
      assertThat(cancelled).isEmpty();
    } else {
      assertThat(cancelled).as("nobody else sees a process").containsExactly("train-a-1");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_job_of_an_attempt_that_is_over_is_stopped_by_who_launched_it(boolean shared) {
    WorkReconciler slow = replica("slow", shared);
    WorkReconciler other = replica("other", shared);
    slow.pass();
    now = now.plus(LEASE).plusSeconds(1);
    jobs.remove("train-a-1"); // as an API server that has not carried out its making yet
    other.pass();
    other.pass();
    jobs.put("train-a-1", new LaunchState.Running());
    slow.pass();

    assertThat(jobs).containsKey("train-a-2");
    assertThat(cancelled).containsExactly("train-a-1");
  }

  /** Asked for by a replica that died, and made only after its attempt had been given up. */
  @Test
  void a_job_that_no_row_speaks_of_is_ended_by_any_replica_that_saw_it_twice() {
    WorkReconciler replica = replica("one", true);
    replica.pass();
    jobs.put("train-a-0", new LaunchState.Running());
    jobs.put("train-unknown-3", new LaunchState.Running());
    jobs.put("byhand", new LaunchState.Running());
    now = now.plus(OrphanSweep.EVERY);
    replica.pass();
    assertThat(cancelled).isEmpty();

    now = now.plus(OrphanSweep.EVERY);
    replica.pass();
    assertThat(cancelled).containsExactlyInAnyOrder("train-a-0", "train-unknown-3");
  }

  @Test
  void a_process_that_only_its_own_replica_sees_is_no_orphan_of_another() {
    WorkReconciler replica = replica("one", false);
    jobs.put("train-unknown-3", new LaunchState.Running());
    for (int look = 0; look < 3; look++) {
      replica.pass();
      now = now.plus(OrphanSweep.EVERY);
    }
    assertThat(cancelled).isEmpty();
  }

  @Test
  void a_pass_that_takes_longer_than_a_lease_keeps_its_leases() {
    ask(10);
    places = 20;
    WorkReconciler busy = replica("busy", true);
    busy.pass();
    aLook = LEASE.dividedBy(4);
    busy.pass();
    aLook = Duration.ZERO;
    replica("other", true).pass();

    assertThat(table.heldBy("other")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void replicas_that_see_the_same_jobs_have_their_places_together(boolean shared) {
    ask("b");
    replica("one", shared).pass();
    replica("other", shared).pass();

    assertThat(jobs).hasSize(shared ? 1 : 2);
  }

  @Test
  void much_work_is_begun_by_and_by_so_that_another_replica_finds_some() {
    ask(119);
    places = 1_000;
    WorkReconciler one = replica("one", true);
    one.pass();
    replica("other", true).pass();
    one.pass();

    assertThat(jobs).hasSize(120);
    assertThat(table.heldBy("other")).hasSize(50);
  }

  @Test
  void what_cannot_be_launched_is_not_begun_beyond_what_waits_for_that_already() {
    ask(119);
    places = 1_000;
    putOff = 45;
    replica("one", true).pass();

    assertThat(jobs).hasSize(5);
  }
}
