package io.gdpo.contracts.spec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import io.gdpo.contracts.Json;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ExperimentSpecTest {
  private static final String VALID =
      """
      name: riverside
      seed: 7
      dataset: {survey: survey.csv, group: Riverside}
      model: {init: {tokenizer: tokenizer.json}}
      stages:
        - {name: sft, training: {loss: sft, learning_rate: 1.5e-3}}
        - {name: gdpo, parent: sft, training: {loss: gdpo, beta: 0.2}}
      """;

  private static ExperimentSpec read(String yaml) throws JsonProcessingException {
    return Json.YAML_SPECS.readValue(yaml, ExperimentSpec.class);
  }

  private static List<SpecProblem> problems(String yaml) throws JsonProcessingException {
    try {
      return read(yaml).problems();
    } catch (InvalidSpecException misread) {
      return misread.problems();
    }
  }

  @Test
  void aValidExperimentHasNoProblems() throws Exception {
    assertThat(read(VALID).problems()).isEmpty();
  }

  @Test
  void absentFieldsTakeTheirDefaults() throws Exception {
    ExperimentSpec spec = read(VALID);

    assertThat(spec.evaluation()).isEqualTo(EvaluationSpec.defaults());
    assertThat(spec.stages().get(0).training().beta()).isEqualTo(0.1);
    assertThat(spec.stages().get(1).training().beta()).isEqualTo(0.2);
    assertThat(spec.dataset().synthesis().respondents())
        .isEqualTo(SynthesisSpec.DEFAULT_RESPONDENTS);
  }

  @Test
  void aSpecSurvivesTheWayThroughJson() throws Exception {
    ExperimentSpec spec = read(VALID);

    assertThat(Json.SPECS.readValue(Json.SPECS.writeValueAsString(spec), ExperimentSpec.class))
        .isEqualTo(spec);
  }

  @Test
  void aLossCarriesItsOwnSettingsAndWhatTheFileAsksOfAnother() throws Exception {
    assertThat(fields("{loss: sft, label_smoothing: 0}"))
        .contains("beta", "targets")
        .doesNotContain("label_smoothing", "calibration_weight", "desirable_weight");
    assertThat(fields("{loss: dpo}"))
        .contains("label_smoothing", "reference_free")
        .doesNotContain("targets", "preference_weight");
    assertThat(fields("{loss: gdpo}"))
        .contains("label_smoothing", "preference_weight", "imitation_includes_close")
        .doesNotContain("desirable_weight");
    assertThat(fields("{loss: sft, label_smoothing: 0.1}")).contains("label_smoothing");
  }

  private static List<String> fields(String training) throws JsonProcessingException {
    return Json.SPECS
        .valueToTree(Json.YAML_SPECS.readValue(training, TrainingSpec.class))
        .properties()
        .stream()
        .map(Map.Entry::getKey)
        .toList();
  }

  @Test
  void anUnknownFieldIsRefusedByName() {
    assertThatThrownBy(() -> read(VALID.replace("beta", "betta")))
        .isInstanceOf(UnrecognizedPropertyException.class)
        .hasMessageContaining("betta");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '"',
      value = {
        "beta: 0.2 | beta: 0 | stages[1].training.beta | greater than 0",
        "beta: 0.2 | beta: NaN | stages[1].training.beta | greater than 0",
        "learning_rate: 1.5e-3 | learning_rate: Infinity | stages[0].training.learning_rate | finite",
        "loss: gdpo | loss: mpo | stages[1].training.loss | must be one of sft, dpo, ipo, soft-dpo, geometric-dpo, spl, simpo, orpo, calibration, calibration-wasserstein, belief-dpo, belief-sft, gdpo, kto, gdpo-kto, is 'mpo'",
        "loss: gdpo, | loss: kto, reference_free: true, | stages[1].training.reference_free | kto",
        "loss: gdpo, | loss: gdpo-kto, label_smoothing: 0.1, | stages[1].training.label_smoothing | desirable_weight",
        "loss: gdpo, | loss: kto, desirable_weight: -1, | stages[1].training.desirable_weight | negative",
        "loss: gdpo, | loss: kto, undesirable_weight: NaN, | stages[1].training.undesirable_weight | negative",
        "loss: gdpo, | loss: ipo, label_smoothing: 0.1, | stages[1].training.label_smoothing | ipo",
        "loss: gdpo, | loss: spl, label_smoothing: 0.1, | stages[1].training.label_smoothing | means nothing to spl; it is read by dpo, belief-dpo, gdpo",
        "loss: gdpo, | loss: gdpo, target_margin: 1, | stages[1].training.target_margin | means nothing to gdpo; it is read by simpo",
        "loss: gdpo, | loss: calibration, sft_weight: 1, | stages[1].training.sft_weight | means nothing to calibration",
        "loss: gdpo, | loss: gdpo, sft_weight: -1, | stages[1].training.sft_weight | negative",
        "beta: 0.2 | lora: {dropout: 0.1} | stages[1].training.lora.dropout | must be 0",
        "seed: 7 | evaluation: {temperature: -1} | evaluation.temperature | 0 or above",
        "seed: 7 | evaluation: {top_k: -1} | evaluation.top_k | 0 for all",
        "seed: 7 | evaluation: {top_p: 0} | evaluation.top_p | at most 1",
        "seed: 7 | evaluation: {top_p: 1.5} | evaluation.top_p | at most 1",
        "parent: sft | parent: sfd | stages[1].parent | no stage 'sfd'",
        "parent: sft | parent: gdpo | stages[1].parent | cycle",
        "name: gdpo, parent: sft | name: gdpo | stages[1].parent | reference model",
        "name: gdpo | name: sft | stages[1].name | used by another",
        "name: riverside | name: River_Side | name | lower-case",
        "group: Riverside | id: some-id | dataset | exactly one",
        ", group: Riverside | | dataset.group | needs the group",
        "init: {tokenizer: tokenizer.json} | | model | exactly one of hub",
        "init: | path: m, init: | model | exactly one of hub",
        "init: | hub: o/n, init: | model | exactly one of hub",
        "init: {tokenizer: tokenizer.json} | hub: gpt2 | model.hub | owner/name@revision, is 'gpt2'",
        "{init: {tokenizer: tokenizer.json}} | o/n@ | model.hub | owner/name@revision, is 'o/n@'",
        "{init: {tokenizer | {bos: always, init: {tokenizer | model.bos | must be one of auto, never",
        "tokenizer: tokenizer.json | heads: 6 | model.init.tokenizer | needs a tokenizer",
        "tokenizer: tokenizer.json | tokenizer: t, heads: 5 | model.init.heads | divide",
        "beta: 0.2 | schedule: cosin | stages[1].training.schedule | linear, cosine, constant",
        "beta: 0.2 | epochs: 0 | stages[1].training.epochs | greater than 0",
        "beta: 0.2 | max_length: 8, max_prompt_length: 8 | stages[1].training.max_prompt_length | below",
      })
  void whatIsWrongIsNamedByFieldAndReason(String part, String wrong, String field, String message)
      throws Exception {
    assertThat(problems(VALID.replace(part, wrong == null ? "" : wrong)))
        .anySatisfy(
            p -> {
              assertThat(p.field()).isEqualTo(field);
              assertThat(p.message()).contains(message);
            });
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"openai-community/gpt2-large", "EleutherAI/pythia-2.8b@refs/pr/1", "o/n@v1.0"})
  void aPlainTextIsAModelOfTheHub(String name) throws Exception {
    ExperimentSpec yaml = read(VALID.replace("{init: {tokenizer: tokenizer.json}}", name));

    assertThat(yaml.model()).isEqualTo(new ModelSpec(name, null, null));
    assertThat(yaml.problems()).isEmpty();
    assertThat(Json.SPECS.readValue('"' + name + '"', ModelSpec.class)).isEqualTo(yaml.model());
    assertThat(Json.SPECS.writeValueAsString(yaml.model())).isEqualTo("{\"hub\":\"" + name + "\"}");
    assertThat(Json.SPECS.readValue("{\"hub\":\"" + name + "\"}", ModelSpec.class))
        .isEqualTo(yaml.model());
  }

  @ParameterizedTest
  @ValueSource(strings = {"./model", "../models/a", "/models/a", "file:///models/a", "s3://b/a"})
  void aPlainTextThatBeginsAsAPathOrAUriDoesIsAPath(String path) throws Exception {
    ExperimentSpec yaml = read(VALID.replace("{init: {tokenizer: tokenizer.json}}", path));

    assertThat(yaml.model()).isEqualTo(new ModelSpec(null, path, null));
    assertThat(Json.SPECS.readValue('"' + path + '"', ModelSpec.class)).isEqualTo(yaml.model());
  }

  @Test
  void aBosIsWhatTheTokenizerPutsThereUnlessItIsRefused() throws Exception {
    String model = "{init: {tokenizer: tokenizer.json}}";
    ModelSpec absent = read(VALID).model();

    assertThat(read(VALID.replace(model, "{bos: auto, hub: o/n}")).model())
        .isEqualTo(ModelSpec.named("o/n"));
    assertThat(absent.isWithoutBos()).isFalse();
    ExperimentSpec never = read(VALID.replace(model, "{bos: never, hub: o/n}"));
    assertThat(never.model().isWithoutBos()).isTrue();
    assertThat(never.problems()).isEmpty();
    assertThat(Json.SPECS.readValue(Json.SPECS.writeValueAsString(never), ExperimentSpec.class))
        .isEqualTo(never);
  }

  @Test
  void aChatTemplateIsForDataThatIsNoSurvey() throws Exception {
    String model = "{init: {tokenizer: tokenizer.json}}";
    ExperimentSpec chat = read(VALID.replace(model, "{template: chat, hub: o/n}"));

    assertThat(chat.model().template()).isEqualTo(ModelSpec.PromptTemplate.CHAT);
    assertThat(chat.problems()).extracting(SpecProblem::field).containsExactly("model.template");
    assertThat(read(VALID.replace(model, "{template: plain, hub: o/n}")).problems()).isEmpty();
  }

  @Test
  void wordsThatAreNoneOfTheirChoicesAreToldWithAllElseThatIsWrong() throws Exception {
    String wrong =
        VALID.replace("beta: 0.2", "beta: -1, schedule: [linear], optimizer: 1, targets: ''");

    assertThat(problems(wrong + "evaluation: {split: train, checkpoint: BEST}"))
        .extracting(SpecProblem::toString)
        .containsExactly(
            "stages[1].training.schedule: must be one of linear, cosine, constant, is no single word",
            "stages[1].training.optimizer: must be one of adamw, rmsprop, is '1'",
            "stages[1].training.targets: must be one of all, last-per-prompt, is ''",
            "evaluation.split: must be one of test, eval, is 'train'",
            "evaluation.checkpoint: must be one of best, final, is 'BEST'",
            "stages[1].training.beta: must be greater than 0, is -1.0");
  }

  @Test
  void everyProblemIsToldAtOnce() throws Exception {
    ExperimentSpec spec = read(VALID.replace("beta: 0.2", "beta: -1, epochs: 0, batch_size: 0"));

    assertThatThrownBy(spec::checked)
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("beta")
        .hasMessageContaining("epochs")
        .hasMessageContaining("batch_size");
  }
}
