package io.gdpo.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.contracts.Json;
import io.gdpo.local.command.SubmitCommand;
import io.gdpo.local.terminal.CommandFailure;
import java.io.IOException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class FieldSettingTest {
  private static final String FILE =
      """
      name: riverside
      model: openai-community/gpt2
      stages:
        - name: sft
          training: {loss: sft}
        - name: gdpo
          parent: sft
          training: {loss: gdpo, beta: 0.1}
      """;

  private static ObjectNode file() throws IOException {
    return (ObjectNode) Json.YAML_SPECS.readTree(FILE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "name=second | /name | \"second\"",
        "stages.gdpo.training.beta=0.2 | /stages/1/training/beta | 0.2",
        "stages.sft.training.lora={rank: 8} | /stages/0/training/lora/rank | 8",
        "evaluation.samples=4 | /evaluation/samples | 4",
        "dataset.synthesis.seed=7 | /dataset/synthesis/seed | 7",
        "model={hub: o/n} | /model/hub | \"o/n\"",
        "dataset.group=A=B | /dataset/group | \"A=B\"",
      })
  void a_value_gets_to_its_place(String setting, String place, String value) throws IOException {
    ObjectNode experiment = file();

    FieldSetting.of(setting).putInto(experiment);

    JsonNode expected = Json.SPECS.readTree(value);
    assertThat(experiment.at(place)).isEqualTo(expected);
    assertThat(experiment.at("/stages/1/parent").asText()).isEqualTo("sft");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "beta | is no FIELD=VALUE",
        "=1 | is no FIELD=VALUE",
        "stages..beta=1 | is no FIELD=VALUE",
        "name= | gives no value",
        "name={a | is not YAML",
        "stages.dpo.training.beta=1 | stages has no 'dpo', only [sft, gdpo]",
        "stages.dpo=1 | stages has no 'dpo'",
        "stages.sft={} | names stages.sft and none of its fields",
        "model.init.layers=2 | model is no section, so it has no field 'init'",
        "name.first=2 | name is no section, so it has no field 'first'",
      })
  void what_has_no_place_is_told(String setting, String problem) throws IOException {
    ObjectNode experiment = file();

    assertThatThrownBy(() -> FieldSetting.of(setting).putInto(experiment))
        .isInstanceOf(CommandFailure.class)
        .hasMessageStartingWith("--set " + setting.replaceAll("=.*", ""))
        .hasMessageContaining(problem);
    assertThat(experiment).isEqualTo(file());
  }

  @Test
  void the_command_line_takes_several() {
    CommandLine submit = new CommandLine(new SubmitCommand());

    CommandLine.ParseResult read =
        submit.parseArgs("f.yaml", "--set", "name=b", "--set", "stages.gdpo.training.beta=0.2");

    assertThat(read.matchedOption("--set").stringValues())
        .containsExactly("name=b", "stages.gdpo.training.beta=0.2");
    assertThat(submit.getCommandSpec().findOption("--set").<Object>getValue())
        .asList()
        .containsExactly("name=b", "stages.gdpo.training.beta=0.2");
  }
}
