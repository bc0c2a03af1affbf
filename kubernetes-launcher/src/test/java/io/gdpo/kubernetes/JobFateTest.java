package io.gdpo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.batch.v1.JobBuilder;
import io.gdpo.platform.launch.LaunchState;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class JobFateTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

  static Stream<String> recordings() throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.list(folder())) {
      return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
    }
  }

  private static Path folder() throws URISyntaxException {
    return Path.of(JobFateTest.class.getResource("recorded").toURI());
  }

  /** LauncherOnClusterIT recorded them, and holds that the words are those of the case. */
  @ParameterizedTest
  @MethodSource("recordings")
  void what_a_real_server_showed_is_told_as_when_it_was_recorded(String file) throws Exception {
    Recording recording = Recording.read(Files.readString(folder().resolve(file)));

    assertThat(JobFate.of(recording.seen(), Instant.parse(recording.now())))
        .hasToString(recording.state());
  }

  @Test
  void there_is_a_recording_of_each_kind_of_state_that_the_server_shows() throws Exception {
    List<String> kinds = new ArrayList<>();
    for (String file : recordings().toList()) {
      kinds.add(Recording.read(Files.readString(folder().resolve(file))).state().split("\\[")[0]);
    }

    assertThat(kinds).contains("Pending", "Running", "Ended", "Failed");
  }

  @ParameterizedTest
  @CsvSource({
    "ImagePullBackOff, Back-off pulling image \"gdpo/worker-cpu\"",
    "ErrImagePull, no basic auth credentials",
    "InvalidImageName, couldn't parse image reference",
    "CreateContainerConfigError, secret \"hub-token\" not found"
  })
  void a_container_that_cannot_start_is_told_in_the_kubelets_words(String reason, String message) {
    Pod pod = pod("Pending");
    pod.getStatus()
        .setContainerStatuses(
            List.of(
                new ContainerStatusBuilder()
                    .withName(JobManifest.CONTAINER)
                    .withState(
                        new ContainerStateBuilder()
                            .withNewWaiting()
                            .withReason(reason)
                            .withMessage(message)
                            .endWaiting()
                            .build())
                    .build()));

    assertThat(told(pod))
        .isEqualTo(
            new LaunchState.Pending("its container cannot start: " + reason + ": " + message));
  }

  @Test
  void a_node_that_does_not_answer_is_told_while_its_pod_still_counts_as_running() {
    Pod pod = pod("Running");
    pod.getSpec().setNodeName("n7");
    pod =
        new PodBuilder(pod)
            .editStatus()
            .addNewCondition()
            .withType("Ready")
            .withStatus("False")
            .endCondition()
            .endStatus()
            .build();

    assertThat(told(pod))
        .isInstanceOfSatisfying(
            LaunchState.Running.class,
            it -> assertThat(it.trouble()).contains("n7", "does not answer"));
  }

  private static LaunchState told(Pod pod) {
    return JobFate.of(
        new Seen(
            new JobBuilder().withNewMetadata().endMetadata().withNewSpec().endSpec().build(),
            List.of(pod),
            List.of(),
            List.of()),
        NOW);
  }

  private static Pod pod(String phase) {
    return new PodBuilder()
        .withNewMetadata()
        .withName("p")
        .endMetadata()
        .withNewSpec()
        .endSpec()
        .withNewStatus()
        .withPhase(phase)
        .endStatus()
        .build();
  }
}
