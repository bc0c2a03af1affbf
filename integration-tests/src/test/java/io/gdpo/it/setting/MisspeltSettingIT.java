package io.gdpo.it.setting;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a person sees who misspells a setting of a packaged service. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MisspeltSettingIT {
  private static final String MISSPELT = "gdpo.launcher" + ".kindd";
  private static final String VARIABLE = "GDPO" + "_LAUNCHR_HEAP";

  @Test
  void a_service_names_it_and_does_not_start() throws IOException, InterruptedException {
    ProcessBuilder service =
        new ProcessBuilder(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-D" + MISSPELT + "=kubernetes",
                "-jar",
                Path.of("../dataset-service/target/quarkus-app/quarkus-run.jar")
                    .toAbsolutePath()
                    .normalize()
                    .toString(),
                "serve"));
    service.environment().put(VARIABLE, "2g");
    Process process = service.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(64);
    assertThat(said.lines())
        .containsExactly(
            "Nothing reads the variable " + VARIABLE + "; is it GDPO_LAUNCHER_HEAP?",
            "There is no setting "
                + MISSPELT
                + " ('kubernetes', a system property); is it"
                + " gdpo.launcher.kind?",
            "This service does not start so. docs/reference/settings.md has all.");
  }
}
