package io.gdpo.benchmark.side;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.TrainingSpec;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.lm.config.ModelConfig;
import io.gdpo.lm.model.CausalLanguageModel;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.batch.TrainingData;
import io.gdpo.training.batch.TrainingExample;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TrainingStepTest {
  @TempDir private Path folder;
  private List<TrainingExample> examples;
  private long[] beliefTokens;
  private Path policy;
  private Path reference;
  private Autograd.Scope quiet;

  @BeforeEach
  void prepare() throws IOException {
    SmallGroup group = SmallGroup.in(folder);
    try (Tokenizer tokenizer = Tokenizer.load(group.tokenizer())) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 96, 64);
      examples = TrainingData.load(group.dataset(), encoder, spec("{batch_size: 4}")).train();
      beliefTokens = encoder.beliefTokenIds();
    }
    policy = saved("policy", 1, group);
    reference = saved("reference", 2, group);
    quiet = Autograd.gradMode(false);
  }

  private Path saved(String name, long seed, SmallGroup group) throws IOException {
    Path saved = folder.resolve(name);
    try (CausalLanguageModel model =
        CausalLanguageModel.random(ModelConfig.gpt2(257, 96, 32, 2, 2), seed, Device.cpu())) {
      model.save(saved, group.tokenizer());
    }
    return saved;
  }

  @AfterEach
  void restore() {
    quiet.close();
  }

  @Test
  void steps_over_the_same_examples_lower_their_loss() throws IOException {
    try (TrainingStep steps = open("{batch_size: 1000}")) {
      double before = steps.make(1, 1e-3).loss();
      steps.make(2, 1e-3);

      assertThat(steps.make(3, 0).loss()).isLessThan(before);
    }
  }

  @Test
  void a_learning_rate_of_0_changes_no_weight() throws IOException {
    try (TrainingStep steps = open("{batch_size: 1000}")) {
      double before = steps.make(1, 0).loss();

      assertThat(steps.make(2, 0).loss()).isEqualTo(before);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gdpo", "kto"})
  void a_reference_that_runs_in_every_step_gives_the_same_as_a_cached_one(String loss)
      throws IOException {
    String live = "{batch_size: 4, levers: {cached_reference: false}}";
    try (TrainingStep cached = open(loss, "{batch_size: 4}");
        TrainingStep computed = open(loss, live)) {
      for (int step = 1; step <= 3; step++) {
        TrainingStep.Outcome expected = cached.make(step, 1e-3);
        TrainingStep.Outcome outcome = computed.make(step, 1e-3);

        assertThat(outcome.loss()).isEqualTo(expected.loss(), within(1e-5));
        assertThat(outcome.gradientNorm()).isEqualTo(expected.gradientNorm(), within(1e-4));
      }
    }
  }

  private TrainingStep open(String settings) throws IOException {
    return open("gdpo", settings);
  }

  private TrainingStep open(String loss, String settings) throws IOException {
    return TrainingStep.open(spec(loss, settings), policy, reference, examples, beliefTokens);
  }

  private static TrainingSpec spec(String settings) throws IOException {
    return spec("gdpo", settings);
  }

  private static TrainingSpec spec(String loss, String settings) throws IOException {
    return Json.YAML_SPECS.readValue(
        "{loss: " + loss + ", " + settings.substring(1), TrainingSpec.class);
  }
}
