package io.gdpo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.platform.launch.LaunchState;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Every state of a job, on a real API server with simulated nodes. */
class LauncherOnClusterIT {
  private RealCluster cluster;
  private KubernetesJobLauncher launcher;
  private String test;

  @BeforeEach
  void open(TestInfo info) throws IOException {
    cluster = new RealCluster();
    test = info.getTestMethod().orElseThrow().getName();
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private void launch(String pretends, String settings) {
    launcher = cluster.launcher(cluster.settings(pretends, settings));
    launcher.launch(RealCluster.request("train-a-1"));
  }

  private LaunchState until(String what, ThrowingConsumer<LaunchState> expected) {
    return until("train-a-1", what, expected);
  }

  /** Waits for a state, and keeps what the server showed then. */
  private LaunchState until(String job, String what, ThrowingConsumer<LaunchState> expected) {
    AtomicReference<LaunchState> last = new AtomicReference<>();
    await(what)
        .atMost(Duration.ofMinutes(3))
        .pollInterval(Duration.ofMillis(100))
        .untilAsserted(
            () -> {
              last.set(RealCluster.look(launcher, job));
              expected.accept(last.get());
            });
    launcher.seen(job).ifPresent(seen -> Recording.write(test + "-" + what, seen, last.get()));
    return last.get();
  }

  private static ThrowingConsumer<LaunchState> pending(String... words) {
    return state ->
        assertThat(state)
            .isInstanceOfSatisfying(
                LaunchState.Pending.class, it -> assertThat(it.reason()).contains(words));
  }

  private static ThrowingConsumer<LaunchState> running(String... words) {
    return state ->
        assertThat(state)
            .isInstanceOfSatisfying(
                LaunchState.Running.class,
                it -> {
                  if (words.length == 0) {
                    assertThat(it.trouble()).isNull();
                  } else {
                    assertThat(it.trouble()).isNotNull().contains(words);
                  }
                });
  }

  private static ThrowingConsumer<LaunchState> is(LaunchState state) {
    return it -> assertThat(it).isEqualTo(state);
  }

  private List<Pod> pods() {
    return cluster.client.pods().inNamespace(cluster.name).list().getItems();
  }

  @Test
  void a_job_runs_and_succeeds() {
    cluster.node("1", 0);
    launch("run-for=2s", "");
    until("running", running());
    until("succeeded", is(new LaunchState.Ended(ExitCode.DONE)));
  }

  @Test
  void what_bad_input_ends_with_is_its_exit_code() {
    cluster.node("1", 0);
    launch("run-for=1s exit-code=2", "");
    until("failed", is(new LaunchState.Ended(ExitCode.FAILED)));
  }

  @Test
  void what_a_crash_ends_with_is_its_exit_code_and_nothing_is_tried_again_by_the_cluster() {
    cluster.node("1", 0);
    launch("run-for=1s exit-code=1", "");
    until("crashed", is(new LaunchState.Ended(ExitCode.BROKEN)));
    assertThat(pods()).hasSize(1);
  }

  @Test
  void what_takes_longer_than_its_pool_allows_has_failed() {
    cluster.node("1", 0);
    launch("never-ends=true", "default-pool.deadline=PT3S");
    until(
        "deadline",
        state ->
            assertThat(state)
                .isInstanceOfSatisfying(
                    LaunchState.Failed.class,
                    it -> assertThat(it.reason()).contains("pool's deadline")));
  }

  @Test
  void more_accelerators_than_a_node_has_are_waited_for_in_the_schedulers_words() {
    cluster.node("1", 2);
    launch("", "default-pool.accelerators=3");
    until("unschedulable", pending("no node takes it", "Insufficient nvidia.com/gpu"));
    launcher.cancel("train-a-1");
    until("gone", is(new LaunchState.Gone()));
  }

  @Test
  void a_quota_that_refuses_the_pod_is_told() {
    cluster.node("1", 0);
    cluster.apply(
        """
        apiVersion: v1
        kind: ResourceQuota
        metadata: {name: none, namespace: %s}
        spec: {hard: {pods: "0"}}
        """
            .formatted(cluster.name));
    launch("", "");
    until("quota", pending("it gets no pod", "exceeded quota: none"));
  }

  @Test
  void a_service_account_that_there_is_not_is_told() {
    cluster.node("1", 0);
    launch("", "service-account=nobody");
    until("account", pending("it gets no pod", "serviceaccount \"nobody\" not found"));
  }

  @Test
  void the_namespaces_rules_for_pods_are_told_where_they_refuse_it() {
    cluster.node("1", 0);
    launch("", "user=0");
    until("security", pending("it gets no pod", "violates PodSecurity"));
  }

  @Test
  void a_drained_node_is_no_failure_and_another_pod_goes_on() {
    cluster.node("1", 0);
    launch("never-ends=true stop-after=3s", "");
    until("running", running());
    String first = pods().get(0).getMetadata().getName();
    cluster
        .client
        .pods()
        .inNamespace(cluster.name)
        .withName(first)
        .evict(
            new EvictionBuilder()
                .withNewMetadata()
                .withName(first)
                .withNamespace(cluster.name)
                .endMetadata()
                .build());
    until("evicted", running("its place is taken away"));
    until("runs again", running());
    assertThat(pods()).extracting(pod -> pod.getMetadata().getName()).doesNotContain(first);
  }

  @Test
  void a_node_that_is_gone_is_no_failure_and_another_pod_goes_on_elsewhere() {
    cluster.node("1", 0);
    launch("never-ends=true", "");
    until("running", running());
    cluster.node("2", 0);
    cluster.client.nodes().withName(cluster.name + "-1").delete();
    await()
        .atMost(Duration.ofMinutes(3))
        .untilAsserted(
            () -> {
              running().accept(RealCluster.look(launcher, "train-a-1"));
              assertThat(pods())
                  .anyMatch(pod -> (cluster.name + "-2").equals(pod.getSpec().getNodeName()));
            });
  }

  @Test
  void a_pod_that_nobody_ends_on_a_dead_node_is_told_with_the_remedy() {
    cluster.node("1", 0);
    launch("never-ends=true stop-after=1h", "");
    until("running", running());
    launcher.cancel("train-a-1");
    until("ending", running("it is being ended"));
    until("stuck", running("its node", "does not answer", "out-of-service"));
    cluster.client.nodes().withName(cluster.name + "-1").delete();
    until("gone", is(new LaunchState.Gone()));
  }

  @Test
  void what_waits_in_a_queue_is_told_in_kueues_words_and_who_is_preempted_goes_on_later() {
    cluster.node("1", 8);
    cluster.apply(queue(cluster.name, 1));
    String pool =
        """
        default-pool.accelerators=1
        default-pool.queue=research
        default-pool.queue-priority=%s
        """;
    launch("never-ends=true stop-after=2s", pool.formatted(cluster.name + "-low"));
    until("running", running());
    KubernetesJobLauncher second =
        cluster.launcher(cluster.settings("run-for=5s", pool.formatted(cluster.name + "-low")));
    second.launch(RealCluster.request("train-b-1"));
    until(
        "train-b-1",
        "queued",
        pending("it waits in the queue research", "insufficient unused quota"));
    second.cancel("train-b-1");

    KubernetesJobLauncher urgent =
        cluster.launcher(cluster.settings("run-for=5s", pool.formatted(cluster.name + "-high")));
    urgent.launch(RealCluster.request("train-c-1"));
    until("preempted", running("it was preempted", "it saves and stops"));
    until("preempted and queued", pending("it was preempted", "it waits in the queue research"));
    until("train-c-1", "urgent", is(new LaunchState.Ended(0)));
    until("resumed", running());
  }

  @Test
  void a_queue_that_there_is_not_is_told() {
    cluster.node("1", 0);
    launch("", "default-pool.queue=nowhere");
    until("no queue", pending("it waits in the queue nowhere", "doesn't exist"));
  }

  @Test
  void an_api_server_that_is_killed_loses_and_doubles_nothing() throws Exception {
    cluster.node("1", 0);
    launch("never-ends=true stop-after=1s", "");
    until("running", running());

    cluster.killApiServer();
    await().until(() -> RealCluster.look(launcher, "train-a-1") instanceof LaunchState.Unknown);
    launcher.launch(RealCluster.request("train-b-1"));
    launcher.cancel("train-a-1");
    assertThat(RealCluster.look(launcher, "train-b-1")).isInstanceOf(LaunchState.Unknown.class);
    cluster.startApiServer();

    until("train-b-1", "running after all", running());
    until("cancelled after all", is(new LaunchState.Gone()));
    assertThat(pods()).hasSize(1);
  }

  /** A queue of so many GPUs, in which the more urgent preempt. */
  private static String queue(String name, int gpus) {
    return """
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: ResourceFlavor
        metadata: {name: %1$s}
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: ClusterQueue
        metadata: {name: %1$s}
        spec:
          namespaceSelector: {}
          preemption: {withinClusterQueue: LowerPriority}
          resourceGroups:
          - coveredResources: [cpu, memory, nvidia.com/gpu]
            flavors:
            - name: %1$s
              resources:
              - {name: cpu, nominalQuota: 100}
              - {name: memory, nominalQuota: 1000Gi}
              - {name: nvidia.com/gpu, nominalQuota: %2$d}
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: LocalQueue
        metadata: {name: research, namespace: %1$s}
        spec: {clusterQueue: %1$s}
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: WorkloadPriorityClass
        metadata: {name: %1$s-low}
        value: 1
        ---
        apiVersion: kueue.x-k8s.io/v1beta2
        kind: WorkloadPriorityClass
        metadata: {name: %1$s-high}
        value: 1000
        """
        .formatted(name, gpus);
  }
}
