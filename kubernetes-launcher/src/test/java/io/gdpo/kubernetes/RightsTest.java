package io.gdpo.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.http.RecordedRequest;
import io.gdpo.platform.launch.LaunchRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What services ask the API server for is what their Roles give them: nothing less, nothing more.
 *
 * <p>The launcher goes through every recorded state of a Job, against fabric8's test server, which
 * tells what it was asked for.
 */
@EnableKubernetesMockClient(crud = true, https = false)
class RightsTest {
  private static final Path K8S = Path.of("../k8s");
  private static final Path RECORDED = Path.of("src/test/resources/io/gdpo/kubernetes/recorded");
  private static final String SERVICE = "trainer-service";

  private KubernetesMockServer server;
  private KubernetesClient client;

  @BeforeEach
  void open() {
    client.getConfiguration().setRequestRetryBackoffLimit(0);
  }

  @Test
  void each_service_has_the_rights_that_its_calls_need_and_no_others() throws Exception {
    Set<Right> launcher = neededByTheLauncher();
    // What a service asks for beyond the launcher's calls is added here.
    Map<String, Set<Right>> needed =
        new TreeMap<>(Map.of("dataset", launcher, "trainer", launcher, "evaluator", launcher));

    Map<String, Set<Right>> given = new TreeMap<>();
    for (String service : needed.keySet()) {
      given.put(service, givenTo(service));
    }

    assertThat(given).isEqualTo(needed);
  }

  /** In the folder of every service, and in that of this one. */
  private static Set<Right> givenTo(String service) throws IOException {
    Set<Right> given = new TreeSet<>();
    for (String folder : List.of("service", service)) {
      try (Stream<Path> files = Files.list(K8S.resolve("base").resolve(folder))) {
        for (Path file : files.filter(it -> it.toString().endsWith(".yaml")).toList()) {
          given.addAll(Right.givenIn(file));
        }
      }
    }
    return given;
  }

  @Test
  void the_chart_gives_what_the_base_gives() throws Exception {
    Set<Right> ofBase = new TreeSet<>();
    for (String service : List.of("dataset", "trainer", "evaluator")) {
      ofBase.addAll(givenTo(service));
    }

    assertThat(Right.givenIn(K8S.resolve("chart/templates/services.yaml"))).isEqualTo(ofBase);
  }

  private Set<Right> neededByTheLauncher() throws Exception {
    Set<Right> needed = new TreeSet<>();
    try (Stream<Path> files = Files.list(RECORDED)) {
      for (Path file : files.sorted().toList()) {
        needed.addAll(neededIn(Recording.read(Files.readString(file))));
      }
    }
    try (KubernetesJobLauncher launcher = launcher("watched")) {
      launcher.onExit(job -> {});
      Right watch = new Right("batch", "jobs", "watch");
      await().until(() -> needed.addAll(asked()) && needed.contains(watch));
    }
    return needed;
  }

  /** All that the launcher does with a Job in this state. */
  private Set<Right> neededIn(Recording recording) throws Exception {
    server.reset();
    String namespace = recording.job().getMetadata().getNamespace();
    String name = recording.job().getMetadata().getAnnotations().get(JobLabels.JOB);
    String uid =
        client
            .batch()
            .v1()
            .jobs()
            .inNamespace(namespace)
            .resource(recording.job())
            .create()
            .getMetadata()
            .getUid();
    for (Pod pod : recording.pods()) {
      pod.getMetadata().getOwnerReferences().forEach(owner -> owner.setUid(uid));
      client.pods().inNamespace(namespace).resource(pod).create();
    }
    asked();

    try (KubernetesJobLauncher launcher = launcher(namespace)) {
      launcher.refresh();
      launcher.console(name, 7);
      launcher.launch(
          new LaunchRequest(
              name,
              List.of("train", "--job", "file:/a/job.json"),
              Path.of("unused.log"),
              LaunchRequest.Needs.ofProcessors(1)));
      launcher.cancel(name);
    }
    return asked();
  }

  /** Some time after the Jobs were made, so that it is asked why one has no pod. */
  private KubernetesJobLauncher launcher(String namespace) {
    InstantSource later = InstantSource.offset(InstantSource.system(), Duration.ofMinutes(1));
    return new KubernetesJobLauncher(
        client, namespace, SERVICE, TestSettings.of(""), List.of(), later);
  }

  /** What the server was asked for since it was asked this. */
  private Set<Right> asked() throws InterruptedException {
    Set<Right> asked = new TreeSet<>();
    RecordedRequest request;
    while ((request = server.takeRequest(0, TimeUnit.SECONDS)) != null) {
      asked.add(Right.neededFor(request.getMethod(), request.getPath()));
    }
    return asked;
  }
}
