package io.gdpo.artifacts.process;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class JobWorkspaceTest {
  @TempDir Path folder;

  private final URI elsewhere = URI.create("memory://" + UUID.randomUUID() + "/jobs/7");

  @Test
  void inAFolderOfThisMachineAJobWritesInPlace() throws IOException {
    try (JobWorkspace workspace = JobWorkspace.open(folder.resolve("jobs/7").toUri())) {
      assertThat(workspace.root()).isEqualTo(folder.resolve("jobs/7"));
      Path best = Files.createDirectories(workspace.root().resolve("best"));
      workspace.publish();

      assertThat(Path.of(workspace.uri(best))).isEqualTo(best);
      try (var files = Files.list(workspace.root())) {
        assertThat(files.map(file -> file.getFileName().toString()))
            .containsExactlyInAnyOrder("lock", "best");
      }
    }
    assertThat(folder.resolve("jobs/7/best")).isDirectory();
  }

  @Test
  void elsewhereOthersSeeWhatWasPublishedAndTheNextAttemptGoesOnFromIt() throws IOException {
    Path gone;
    try (JobWorkspace first = JobWorkspace.open(elsewhere)) {
      gone = first.root();
      write(first, "checkpoints/step-4/weights", "four");
      write(first, "checkpoints/.step-5.tmp/weights", "half");
      first.publish();
      write(first, "best/weights", "killed before it was published");
    }
    assertThat(gone).doesNotExist();

    try (JobWorkspace second = JobWorkspace.open(elsewhere)) {
      assertThat(second.root().resolve("checkpoints/step-4/weights")).hasContent("four");
      assertThat(second.root().resolve("checkpoints/.step-5.tmp")).doesNotExist();
      assertThat(second.root().resolve("best")).doesNotExist();
    }
    ArtifactStore others = Artifacts.at(elsewhere);
    assertThat(others.fetch(others.uri("checkpoints/step-4/weights"))).hasContent("four");
  }

  @Test
  void onlyWhatIsNewIsCopiedAndWhatIsGoneIsGoneForOthersToo() throws IOException {
    ArtifactStore others = Artifacts.at(elsewhere);
    try (JobWorkspace workspace = JobWorkspace.open(elsewhere)) {
      write(workspace, "step-4", "four");
      write(workspace, "kept", "kept");
      workspace.publish();
      others.delete("kept"); // by this it is seen that it is not copied again
      workspace.store().write("progress/000001.jsonl", new byte[1]);
      Files.delete(workspace.root().resolve("step-4"));
      write(workspace, "step-8", "eight");
      workspace.publish();
    }
    assertThat(others.exists(others.uri("step-4"))).isFalse();
    assertThat(others.exists(others.uri("kept"))).isFalse();
    assertThat(others.fetch(others.uri("step-8"))).hasContent("eight");
    assertThat(others.exists(others.uri("progress/000001.jsonl"))).isTrue();
  }

  @Test
  void elsewhereAnAttemptThatStillRunsChangesNothingForTheNext() throws IOException {
    try (JobWorkspace first = JobWorkspace.open(elsewhere)) {
      write(first, "step-4", "four");
      first.publish();
      try (JobWorkspace second = JobWorkspace.open(elsewhere)) {
        Files.delete(first.root().resolve("step-4"));
        write(first, "step-8", "by the first");

        assertThatThrownBy(first::publish)
            .isInstanceOf(CancellationException.class)
            .hasMessageContaining(elsewhere.toString());

        write(second, "step-8", "by the second");
        second.publish();
      }
    }
    ArtifactStore others = Artifacts.at(elsewhere);
    assertThat(others.fetch(others.uri("step-4"))).hasContent("four");
    assertThat(others.fetch(others.uri("step-8"))).hasContent("by the second");
  }

  @Test
  void elsewhereTheNextAttemptsListCountsThoughTheOneBeforeWroteItsOwnMeanwhile()
      throws IOException {
    ArtifactStore others = Artifacts.at(elsewhere);
    try (JobWorkspace first = JobWorkspace.open(elsewhere)) {
      write(first, "step-4", "four");
      first.publish();
    }
    try (JobWorkspace second = JobWorkspace.open(elsewhere)) {
      others.write("manifest.json", "{\"parts\":{\"late\":1}}".getBytes(UTF_8));
      write(second, "step-8", "eight");
      second.publish();
    }
    try (JobWorkspace third = JobWorkspace.open(elsewhere)) {
      assertThat(third.root().resolve("step-8")).hasContent("eight");
    }
  }

  private static void write(JobWorkspace workspace, String name, String content)
      throws IOException {
    Path file = workspace.root().resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }
}
