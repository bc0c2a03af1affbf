package io.gdpo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.gdpo.platform.launch.LaunchRefusedException;
import io.gdpo.platform.launch.LaunchRequest;
import io.gdpo.platform.launch.LaunchRequest.Needs;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JobManifestTest {
  private static final String POOLS =
      """
      image=registry.example/gdpo/worker-cpu:1
      artifacts-claim=gdpo-artifacts
      environment-secrets=hub-token
      secret-folders.ca=/etc/gdpo/ca
      pool.train=gpu-h100
      pools.cpu.memory=2Gi
      pools.gpu-h100.image=registry.example/gdpo/worker-cuda:1
      pools.gpu-h100.accelerators=1
      pools.gpu-h100.memory=64Gi
      pools.gpu-h100.processors=8
      pools.gpu-h100.node-selector."cloud.google.com/gke-accelerator"=nvidia-h100-80gb
      pools.gpu-h100.tolerations[0].key=nvidia.com/gpu
      pools.gpu-h100.tolerations[0].operator=Exists
      pools.gpu-h100.tolerations[0].effect=NoSchedule
      pools.gpu-h100.queue=research
      pools.gpu-h100.queue-priority=batch
      pools.gpu-h100.deadline=P1D
      """;

  private static LaunchRequest request(Needs needs) {
    return new LaunchRequest(
        "train-riverside.gdpo-2",
        List.of("train", "--job", "file:/artifacts/jobs/riverside.gdpo/job.json", "--attempt", "2"),
        Path.of("unused.log"),
        needs);
  }

  private static Job job(String settings, Needs needs) {
    KubernetesSettings read = TestSettings.of(settings);
    LaunchRequest request = request(needs);
    return new JobManifest(
            read,
            "trainer-service",
            List.of("-Xmx1g", "-XX:+UseSerialGC", "-XX:+ExitOnOutOfMemoryError"))
        .of(request, new Pools(read).of(request));
  }

  @Test
  void a_job_of_a_gpu_pool_is_this_manifest() throws IOException {
    Job job = job(POOLS, Needs.ofProcessors(2).withGrace(Duration.ofMinutes(2)));

    assertThat(Serialization.asYaml(job)).isEqualTo(text("gpu-job.yaml"));
  }

  @Test
  void what_was_planned_is_what_the_machine_keeps_free_and_no_more_is_allowed() {
    Job planned = job("", Needs.ofProcessors(3).withMemory(1_000L << 20));
    Job unknown = job("default-pool.memory=6Gi", Needs.ofProcessors(3));

    PodSpec pod = planned.getSpec().getTemplate().getSpec();
    assertThat(pod.getContainers().get(0).getResources().getRequests())
        .containsEntry("cpu", new Quantity("3"))
        .containsEntry("memory", new Quantity("1250Mi"))
        .doesNotContainKey("nvidia.com/gpu");
    assertThat(pod.getContainers().get(0).getResources().getLimits())
        .isEqualTo(pod.getContainers().get(0).getResources().getRequests());
    assertThat(
            unknown
                .getSpec()
                .getTemplate()
                .getSpec()
                .getContainers()
                .get(0)
                .getResources()
                .getRequests())
        .containsEntry("memory", new Quantity("6Gi"));
  }

  @Test
  void a_stage_runs_in_the_pool_that_it_names() {
    Job job = job(POOLS, Needs.ofProcessors(2).withPool("cpu"));

    assertThat(job.getSpec().getTemplate().getSpec().getNodeSelector()).isEmpty();
    assertThat(job.getMetadata().getLabels()).doesNotContainKey(JobLabels.QUEUE);
  }

  @Test
  void a_pool_that_there_is_not_is_refused_with_those_that_there_are() {
    assertThatThrownBy(() -> job(POOLS, Needs.ofProcessors(2).withPool("tpu")))
        .isInstanceOf(LaunchRefusedException.class)
        .hasMessageContaining("there is no pool 'tpu'")
        .hasMessageContaining("cpu, gpu-h100");
    assertThatThrownBy(() -> job("pool.train=h200", Needs.ofProcessors(2)))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("gdpo.kubernetes.pool.train is 'h200'");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "train-riverside.gdpo-1",
        "build-Größe ßtraße 日本-1",
        "evaluate-.-1",
        "plan-aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-1"
      })
  void a_jobs_name_is_one_that_kubernetes_takes(String job) {
    assertThat(JobName.of(job)).matches("[a-z]([a-z0-9-]*[a-z0-9])?").hasSizeLessThanOrEqualTo(63);
  }

  @Test
  void names_that_look_alike_are_told_apart() {
    assertThat(JobName.of("train-a.b-1"))
        .isEqualTo(JobName.of("train-a.b-1"))
        .isNotEqualTo(JobName.of("train-a-b-1"))
        .startsWith("gdpo-train-a-b-1-");
  }

  private static String text(String file) throws IOException {
    try (InputStream in = Objects.requireNonNull(JobManifestTest.class.getResourceAsStream(file))) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
