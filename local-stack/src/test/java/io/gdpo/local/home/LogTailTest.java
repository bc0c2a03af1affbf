package io.gdpo.local.home;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LogTailTest {
  @TempDir private Path folder;

  @Test
  void aMessageTellsTheCausesOfAFailureAndNotWhereInTheCodeTheyAre() throws IOException {
    List<String> lines = new ArrayList<>(List.of("Failed to start: RuntimeException"));
    lines.addAll(Collections.nCopies(30, "\tat io.quarkus.Main.start(Main.java:1)"));
    lines.add("Caused by: IllegalStateException: gdpo.launcher.kind is 'x'");
    lines.addAll(Collections.nCopies(30, "\tat io.gdpo.Launcher.open(Unknown Source)"));
    lines.add("\t... 10 more");
    Path log = Files.write(folder.resolve("a.log"), lines);

    assertThat(LogTail.indented(log, 20))
        .isEqualTo(
            """
              | Failed to start: RuntimeException
              | Caused by: IllegalStateException: gdpo.launcher.kind is 'x'\
            """);
    assertThat(LogTail.indented(log, 1))
        .isEqualTo("  | Caused by: IllegalStateException: gdpo.launcher.kind is 'x'");
    assertThat(LogTail.indented(folder.resolve("none"), 3)).isEqualTo("  (nothing was logged)");
  }
}
