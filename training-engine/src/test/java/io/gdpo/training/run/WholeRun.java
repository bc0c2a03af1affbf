package io.gdpo.training.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.memory.AvailableMemory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;

/** A job that is trained from its first step to its last in this process. */
final class WholeRun {
  private WholeRun() {}

  /** Trains it, and gives what it told people. */
  static String console(SmallGroup group, TrainingJob job) throws IOException {
    ByteArrayOutputStream console = new ByteArrayOutputStream();
    JobFolder folder = group.folder(job);
    Files.createDirectories(folder.root());
    PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
    assertThat(
            new TrainingRun(
                    job,
                    JobWorkspace.in(folder.root()),
                    out,
                    () -> false,
                    AvailableMemory.ofMachine())
                .run())
        .isPresent();
    return console.toString(StandardCharsets.UTF_8);
  }
}
