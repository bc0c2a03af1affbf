package io.gdpo.benchmark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class OptionsTest {
  private static final List<Benchmark> QUICK = Suite.quick(Path.of("..", "examples"));

  @Test
  void without_options_all_benchmarks_run() {
    assertThat(Options.of().chosen(QUICK)).isEqualTo(QUICK);
  }

  @Test
  void names_are_chosen_by_glob() {
    assertThat(Options.of("--only", "gdpo-1to1-*,forward*").chosen(QUICK))
        .extracting(Benchmark::name)
        .containsExactly(
            "gdpo-1to1-own-prompt-2x64", "gdpo-1to1-4-a-prompt-2x64", "forward-backward-2x64");
  }

  @Test
  void a_name_that_no_benchmark_has_is_refused() {
    assertThatThrownBy(() -> Options.of("--only", "mpo").chosen(QUICK))
        .isInstanceOf(BenchmarkException.class)
        .hasMessageContaining("mpo")
        .hasMessageContaining("--list");
  }

  @Test
  void what_is_no_option_is_refused() {
    assertThatThrownBy(() -> Options.of("--fast")).hasMessageContaining("--fast is no option");
    assertThatThrownBy(() -> Options.of("--json")).hasMessageContaining("--json needs a value");
    assertThatThrownBy(() -> Options.of("--rounds", "0")).hasMessageContaining("above 0");
  }

  @Test
  void goals_are_for_the_full_shapes() {
    assertThat(QUICK).allMatch(benchmark -> benchmark.goal() == 0);
    assertThat(Suite.full(Path.of("x"))).anyMatch(benchmark -> benchmark.goal() > 0);
  }

  @Test
  void each_benchmark_has_its_own_name() {
    assertThat(Suite.full(Path.of("x")))
        .extracting(Benchmark::name)
        .doesNotHaveDuplicates()
        .allMatch(name -> name.matches("[a-z0-9-]+"));
  }
}
