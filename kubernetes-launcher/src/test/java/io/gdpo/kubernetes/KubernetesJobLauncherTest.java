package io.gdpo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.gdpo.platform.launch.LaunchRefusedException;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchState;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against fabric8's test server; what a real one does is tried by the profile kubernetes. */
@EnableKubernetesMockClient(crud = true, https = false)
class KubernetesJobLauncherTest {
  private static final LaunchRequest REQUEST =
      new LaunchRequest(
          "train-a-1",
          List.of("train", "--job", "file:/a/job.json"),
          Path.of("unused.log"),
          LaunchRequest.Needs.ofProcessors(1));

  private static final String NAME = JobName.of("train-a-1");

  private static final String JOBS = "/apis/batch/v1/namespaces/test/jobs";

  private KubernetesMockServer server;
  private KubernetesClient client;
  private KubernetesJobLauncher launcher;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  @BeforeEach
  void open() {
    client.getConfiguration().setRequestRetryBackoffLimit(0); // as in a service
    launcher = launcher();
  }

  private KubernetesJobLauncher launcher() {
    return new KubernetesJobLauncher(
        client, "test", "trainer-service", TestSettings.of(""), List.of(), () -> now);
  }

  private LaunchState seen(KubernetesJobLauncher by) {
    now = now.plusSeconds(10);
    by.refresh();
    return by.status("train-a-1");
  }

  private List<Job> jobs() {
    return client.batch().v1().jobs().inNamespace("test").list().getItems();
  }

  @Test
  void a_job_is_made_once_however_often_it_is_launched_and_by_whom() {
    launcher.launch(REQUEST);
    launcher.launch(REQUEST);
    KubernetesJobLauncher restarted = launcher();
    assertThat(restarted.status("train-a-1")).isInstanceOf(LaunchState.Unknown.class);
    restarted.launch(REQUEST);

    assertThat(jobs()).extracting(job -> job.getMetadata().getName()).containsExactly(NAME);
    assertThat(seen(restarted)).isEqualTo(new LaunchState.Pending("its pod is not there yet"));
  }

  @Test
  void what_was_not_launched_or_was_deleted_by_hand_is_gone() {
    assertThat(seen(launcher)).isEqualTo(new LaunchState.Gone());

    launcher.launch(REQUEST);
    client.batch().v1().jobs().inNamespace("test").withName(NAME).delete();

    assertThat(seen(launcher)).isEqualTo(new LaunchState.Gone());
  }

  @Test
  void a_job_that_another_replica_made_after_the_last_look_is_not_gone() {
    KubernetesJobLauncher other = launcher();
    assertThat(seen(other)).isEqualTo(new LaunchState.Gone());

    launcher.launch(REQUEST);

    assertThat(other.status("train-a-1"))
        .isEqualTo(new LaunchState.Pending("its Job was made a moment ago"));
    assertThat(seen(other)).isEqualTo(new LaunchState.Pending("its pod is not there yet"));
  }

  @Test
  void a_starting_api_server_is_asked_for_nothing_that_it_may_refuse_until_it_tells() {
    String list = JOBS + "?labelSelector=gdpo.io%2Fowner%3Dtrainer-service";
    server.expect().get().withPath(list).andReturn(503, "away").once();
    assertThat(seen(launcher)).isInstanceOf(LaunchState.Unknown.class);
    server.expect().get().withPath(list).andReturn(403, "cannot list resource jobs").once();

    launcher.launch(REQUEST);

    assertThat(seen(launcher)).isInstanceOf(LaunchState.Unknown.class);
    assertThat(jobs()).isEmpty();
    assertThat(seen(launcher)).isEqualTo(new LaunchState.Pending("its pod is not there yet"));
  }

  @Test
  void a_job_of_the_same_name_that_is_not_ours_is_left_alone_and_told() {
    Job theirs =
        new JobBuilder()
            .withNewMetadata()
            .withName(NAME)
            .endMetadata()
            .withNewSpec()
            .endSpec()
            .build();
    client.batch().v1().jobs().inNamespace("test").resource(theirs).create();

    assertThatThrownBy(() -> launcher.launch(REQUEST))
        .isInstanceOf(LaunchRefusedException.class)
        .hasMessageContaining("there is another one of the name of the Job test/" + NAME);
    launcher.cancel("train-a-1");
    assertThat(jobs()).hasSize(1);
  }

  @Test
  void while_the_api_server_is_away_nothing_is_known_and_what_was_asked_is_done_later() {
    server.expect().post().withPath(JOBS).andReturn(503, "away").once();

    launcher.launch(REQUEST);

    assertThat(launcher.status("train-a-1")).isInstanceOf(LaunchState.Unknown.class);
    assertThat(jobs()).isEmpty();
    assertThat(seen(launcher)).isEqualTo(new LaunchState.Pending("its pod is not there yet"));
    assertThat(jobs()).hasSize(1);
  }

  @Test
  void a_cancelled_job_is_deleted_also_one_whose_making_was_not_answered() {
    launcher.launch(REQUEST);
    launcher.cancel("train-a-1");
    assertThat(seen(launcher)).isEqualTo(new LaunchState.Gone());
    assertThat(jobs()).isEmpty();

    server.expect().post().withPath(JOBS).andReturn(503, "away").once();
    launcher.launch(REQUEST);
    launcher.cancel("train-a-1");
    assertThat(seen(launcher)).isEqualTo(new LaunchState.Gone());
    assertThat(jobs()).isEmpty();
  }

  @Test
  void what_its_pods_wrote_is_told_and_why_some_of_it_cannot_be() {
    launcher.launch(REQUEST);
    pod("first", new ContainerStateBuilder().withNewTerminated().endTerminated().build());
    pod("second", new ContainerStateBuilder().withNewRunning().endRunning().build());
    pod("third", new ContainerStateBuilder().withNewWaiting().endWaiting().build());
    String log = "/api/v1/namespaces/test/pods/%s/log?container=worker&tailLines=7";
    server.expect().get().withPath(log.formatted("second")).andReturn(200, "one\ntwo\n").once();
    server
        .expect()
        .get()
        .withPath(log.formatted("first"))
        .andReturn(404, new StatusBuilder().withCode(404).withMessage("node n1 is gone").build())
        .once();
    assertThat(seen(launcher)).isInstanceOf(LaunchState.Pending.class);

    assertThat(launcher.console("train-a-1", 7).orElseThrow())
        .containsExactly("(what pod first wrote cannot be read: node n1 is gone)", "one", "two");
  }

  private void pod(String name, ContainerState state) {
    Job job = jobs().get(0);
    client
        .pods()
        .inNamespace("test")
        .resource(
            new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .addToLabels(JobLabels.OWNER, "trainer-service")
                .addNewOwnerReference()
                .withKind("Job")
                .withUid(job.getMetadata().getUid())
                .endOwnerReference()
                .endMetadata()
                .withNewStatus()
                .addNewContainerStatus()
                .withName(JobManifest.CONTAINER)
                .withState(state)
                .endContainerStatus()
                .endStatus()
                .build())
        .create();
  }

  @Test
  void what_the_cluster_refuses_is_told_in_its_words() {
    server
        .expect()
        .post()
        .withPath(JOBS)
        .andReturn(
            403,
            new StatusBuilder()
                .withCode(403)
                .withMessage("jobs.batch is forbidden: exceeded quota: team")
                .build())
        .once();

    assertThatThrownBy(() -> launcher.launch(REQUEST))
        .isInstanceOf(LaunchRefusedException.class)
        .hasMessageContaining("the cluster refused the Job test/" + NAME)
        .hasMessageContaining("exceeded quota: team");
  }
}
