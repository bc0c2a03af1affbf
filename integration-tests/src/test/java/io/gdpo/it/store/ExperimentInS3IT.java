package io.gdpo.it.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.StandInPrograms;
import io.gdpo.it.stack.TinyExperiment;
import io.gdpo.s3.S3Server;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A system whose artifacts lie in a bucket, from survey to report. Its services are run by {@code
 * gdpo up --native}, with executables that stand in for native programs: one system shows both.
 */
class ExperimentInS3IT {
  private static final String PREFIX = "house/artifacts";
  private static final String OF_AN_EXPERIMENT = PREFIX + "/(jobs|plans|evaluations)/.*";

  @Test
  void anExperimentRunsFromSurveyToReportWithNothingOnTheDiskButLogs(@TempDir Path folder)
      throws IOException {
    Path home = folder.resolve("home");
    Path file =
        Files.writeString(folder.resolve("quick.yaml"), TinyExperiment.quick("in-a-bucket"));
    try (S3Server s3 = new S3Server(Files.createDirectory(folder.resolve("s3")))) {
      Map<String, String> environment = new HashMap<>(s3.environment());
      environment.putAll(s3.credentials());
      environment.put("GDPO_ARTIFACTS", "s3://" + S3Server.BUCKET + "/" + PREFIX);
      environment.put("GDPO_FETCHED_FOLDER", folder.resolve("fetched").toString());
      StandInPrograms programs = StandInPrograms.in(Files.createDirectory(folder.resolve("bin")));
      try (Stack stack = Stack.start(home, environment, programs.folder())) {
        for (String service : List.of("dataset-service", "trainer-service", "evaluator-service")) {
          assertThat(programs.ranAs(service))
              .startsWith(stack.process(service).orElseThrow().pid() + " -Xmx")
              .contains(" -Djava.io.tmpdir=")
              .endsWith(" serve\n");
        }
        String at = stack.home().toString();
        assertThat(Gdpo.run("submit", file.toString(), "--home", at).exitCode()).isZero();
        Gdpo.Result watched = Gdpo.run("watch", "in-a-bucket", "--home", at, "--json");
        assertThat(watched.exitCode()).as(watched.output() + watched.errors()).isZero();

        JsonNode report =
            Json.EVENTS.readTree(
                Gdpo.run("report", "in-a-bucket", "--home", at, "--format", "json").output());
        assertThat(report.path("stages"))
            .hasSize(2)
            .allSatisfy(
                stage -> {
                  assertThat(stage.path("metrics")).isNotEmpty();
                  assertThat(stage.path("progress")).isNotEmpty();
                });
        assertThat(Gdpo.run("logs", "in-a-bucket/gdpo", "--home", at).output())
            .contains("succeeded");

        Path exported = folder.resolve("model");
        Gdpo.Result export =
            Gdpo.run(environment, "export", "in-a-bucket/gdpo", exported.toString(), "--home", at);
        assertThat(export.exitCode()).as(export.errors()).isZero();
        assertThat(exported).isDirectoryContaining("glob:**/model.safetensors");
        assertThat(s3.files())
            .anyMatch(key -> key.matches(PREFIX + "/datasets/[^/]+/card\\.json"))
            .anyMatch(key -> key.matches(PREFIX + "/jobs/[^/]+/best/model\\.safetensors"))
            .anyMatch(key -> key.matches(PREFIX + "/evaluations/[^/]+/outcome\\.json"));
        nothingIsLeftOfWhatIsDeleted(s3, at);
      }
    }
    assertThat(filesIn(home.resolve("artifacts"))).isEmpty();
    assertThat(filesIn(home))
        .as("files that hold the secret")
        .noneMatch(ExperimentInS3IT::holdsTheSecret);
  }

  private static void nothingIsLeftOfWhatIsDeleted(S3Server s3, String home) throws IOException {
    assertThat(Gdpo.run("collect", "--dry-run", "--home", home).output())
        .contains("Every folder in the store is named by a row.");
    assertThat(Gdpo.run("delete", "in-a-bucket", "--home", home).exitCode()).isZero();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> s3.files().stream().noneMatch(key -> key.matches(OF_AN_EXPERIMENT)));
    assertThat(s3.files()).anyMatch(key -> key.startsWith(PREFIX + "/datasets/"));

    Path nobodys = s3.file(PREFIX + "/jobs/nobodys-0a1b2c3d/job.json");
    Files.createDirectories(nobodys.getParent());
    Files.writeString(nobodys, "{}");
    assertThat(Gdpo.run("collect", "--dry-run", "--home", home).output())
        .contains("/jobs/nobodys-0a1b2c3d");
    Gdpo.Result wary = Gdpo.run("collect", "--home", home);
    assertThat(wary.exitCode()).as(wary.output()).isNotZero();
    assertThat(wary.errors()).contains("is this the database of this store?");
    assertThat(s3.files()).contains(PREFIX + "/jobs/nobodys-0a1b2c3d/job.json");
    assertThat(Gdpo.run("collect", "--force", "--home", home).exitCode()).isZero();
    await()
        .atMost(Duration.ofMinutes(1))
        .until(() -> s3.files().stream().noneMatch(key -> key.startsWith(PREFIX + "/jobs/")));
  }

  private static List<Path> filesIn(Path folder) throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  private static boolean holdsTheSecret(Path file) {
    try {
      return new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1)
          .contains(S3Server.SECRET);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
