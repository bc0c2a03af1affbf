package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.client.utils.Serialization;
import io.gdpo.platform.launch.LaunchState;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** What a real API server showed of a job, and what was told of it. */
record Recording(
    String state,
    String now,
    Job job,
    List<Pod> pods,
    List<String> warnings,
    List<Condition> workload) {
  private static final Path FOLDER = Path.of("target", "recorded");

  static void write(String name, Seen seen, LaunchState state) {
    Recording recording =
        new Recording(
            state.toString(),
            Instant.now().toString(),
            plain(seen.job()),
            seen.pods().stream().map(Recording::plain).toList(),
            seen.warnings(),
            seen.workload());
    try {
      Files.createDirectories(FOLDER);
      Files.writeString(
          FOLDER.resolve(name.replace(' ', '_') + ".yaml"), Serialization.asYaml(recording));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Without what says who wrote which field. */
  private static <T extends HasMetadata> T plain(T resource) {
    T copy = Serialization.clone(resource);
    copy.getMetadata().setManagedFields(null);
    return copy;
  }

  static Recording read(String yaml) {
    return Serialization.unmarshal(yaml, Recording.class);
  }

  Seen seen() {
    return new Seen(job, pods, warnings, workload);
  }
}
