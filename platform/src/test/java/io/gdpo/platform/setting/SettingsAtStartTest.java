package io.gdpo.platform.setting;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.config.PropertiesConfigSource;
import io.smallrye.config.SmallRyeConfig;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class SettingsAtStartTest {
  /** Apart from what is misspelt, for another test looks for names that there are not. */
  private static final String LAUNCHER = "gdpo.launcher" + ".";

  private static final String MISSPELT = "GDPO" + "_LAUNCHR_KIND";

  private final SettingsAtStart settings = SettingsAtStart.ofSystem();

  @Test
  void a_name_that_is_misspelt_is_told_with_its_value_its_place_and_what_is_meant() {
    assertThat(unknown(LAUNCHER + "kindd", "kubernetes"))
        .containsExactly(
            "There is no setting "
                + LAUNCHER
                + "kindd ('kubernetes', in a file); is it"
                + " gdpo.launcher.kind?");
    assertThat(unknown("gdpo.kubernetes" + ".pools.gpu.memry", "64Gi")).hasSize(1);
  }

  @Test
  void a_name_that_is_like_none_is_told_alone() {
    assertThat(unknown("gdpo.colour-of-the-house", "red"))
        .containsExactly("There is no setting gdpo.colour-of-the-house ('red', in a file)");
  }

  @Test
  void what_may_be_a_secret_is_not_shown() {
    assertThat(unknown(LAUNCHER + "password", "hunter2").toString())
        .doesNotContain("hunter2")
        .contains("not shown");
    assertThat(unknown("gdpo.artifact", "https://me:hunter2@example.org/").toString())
        .doesNotContain("hunter2");
  }

  @Test
  void every_form_of_a_name_is_known() {
    for (String name :
        List.of(
            "gdpo.jobs.max-parallel",
            "gdpo.kubernetes.pool.train",
            "gdpo.kubernetes.pools.\"gpu-h100\".tolerations[1].key",
            "gdpo.kubernetes.environment.\"HF_HOME\"",
            "gdpo.security.trusted-topics[0]",
            "%test.gdpo.nothing",
            "quarkus.http.port")) {
      assertThat(unknown(name, "1")).as(name).isEmpty();
    }
  }

  @Test
  void a_variable_is_doubted_only_if_it_is_nearly_a_setting() {
    assertThat(settings.doubtful(List.of(MISSPELT, "PATH")))
        .containsExactly("Nothing reads the variable " + MISSPELT + "; is it GDPO_LAUNCHER_KIND?");
    assertThat(
            settings.doubtful(
                List.of(
                    "GDPO_LAUNCHER_KIND",
                    "GDPO_DEVICE",
                    "GDPO" + "_KUBERNETES_POOLS_GPU_MEMORY",
                    "GDPO" + "_TRAINER_PORT_8082_TCP_ADDR")))
        .isEmpty();
  }

  private List<String> unknown(String name, String value) {
    SmallRyeConfig config =
        new SmallRyeConfigBuilder()
            .withSources(new PropertiesConfigSource(Map.of(name, value), "a file", 100))
            .build();
    return settings.unknown(config);
  }
}
