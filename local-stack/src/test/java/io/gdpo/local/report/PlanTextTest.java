package io.gdpo.local.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.spec.ExperimentSpec;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTextTest {
  private static final String SPEC =
      """
      {"name": "mine", "dataset": {"survey": "file:///s.csv", "group": "Harbor"},
       "model": {"hub": "o/n"},
       "stages": [
         {"name": "sft", "training": {"loss": "sft", "epochs": 3}},
         {"name": "gdpo", "parent": "sft",
          "training": {"loss": "gdpo", "epochs": 1.5, "early_stop_patience": 2}}]}
      """;
  private static final String MODEL =
      """
      "model": {"family": "qwen2", "positions": 32768, "vocabulary": 151936, "parameters": 494032768}
      """;
  private static final String LENGTHS =
      """
      {"examples": %d, "tokens": {"prompt": {"mean": 9, "p95": 11, "max": 12},
       "response": {"mean": 5, "p95": 6, "max": 7}, "total": {"mean": 14.25, "p95": 17, "max": 19},
       "longer_than": {}}}
      """;

  @Test
  void aPlanTellsModelDataAndWhatEachStageTrains() throws IOException {
    List<String> lines =
        of(
            """
            {"problems": [], %s, "source_sha256": "abc",
             "data": {"known": true, "splits": {"train": %s, "eval": %s},
               "template": "chat_template.jinja"},
             "stages": [
               {"name": "sft", "max_length": 256, "max_prompt_length": 192, "prompts_cut": 0,
                "responses_cut": 12, "memory": {"bytes": 1073741824, "moment": "in evaluation",
                "parts": {}, "bound": false},
                "training": {"examples": 2000, "steps": 189, "tokens": 85500}},
               {"name": "gdpo", "max_length": 256, "max_prompt_length": 192, "prompts_cut": 0,
                "responses_cut": 0, "memory": {"bytes": 2147483648, "moment": "in a step",
                "parts": {}, "bound": false},
                "training": {"examples": 2000, "steps": 95, "tokens": 1285500}}]}
            """
                .formatted(MODEL, LENGTHS.formatted(2000), LENGTHS.formatted(90)));

    assertThat(lines)
        .contains(
            "Nothing speaks against it.",
            "Look twice: sft cuts 0 prompts and 12 responses of 2,090 examples, to max_length 256"
                + " and max_prompt_length 192.",
            "Experiment mine",
            "Model      o/n (qwen2)",
            "           494,032,768 parameters, 151,936 tokens in its vocabulary, texts of up to"
                + " 32,768 tokens",
            "Data       group Harbor, source sha256 abc",
            "           written by the model's chat template (chat_template.jinja)",
            "Memory     sft: about 1,024 MB in evaluation",
            "           gdpo: about 2,048 MB in a step",
            "May stop before its last step (early_stop_patience): gdpo")
        .anyMatch(line -> line.matches("train +2,000 +14\\.3 +17 +19"))
        .noneMatch(line -> line.startsWith("Look twice: gdpo"))
        .anyMatch(line -> line.matches("eval +90 +14\\.3 +17 +19"))
        .anyMatch(line -> line.matches("sft +sft +3 +189 +85,500 +256 +0/12 +1,024 MB"))
        .anyMatch(line -> line.matches("gdpo +gdpo +1\\.5 +95 +1,285,500 +256 +0/0 +2,048 MB"))
        .allMatch(line -> line.length() <= 120, "fits a terminal");
  }

  @Test
  void whatIsWrongStandsFirstWithItsField() throws IOException {
    assertThat(
            of(
                """
                {"problems": [{"field": "model.hub", "message": "there is no model o/n"}]}
                """))
        .startsWith("It cannot be trained as it stands:", "  model.hub: there is no model o/n")
        .contains("Data       group Harbor, not looked at: it is measured in the model's tokens")
        .noneMatch(line -> line.contains("speaks against it"));
  }

  @Test
  void aSourceThatCannotBeReadIsToldOnce() throws IOException {
    assertThat(
            of(
                """
                {"problems": [{"field": "dataset", "message": "no group 'Harbor'"}], %s,
                 "data": {"known": false, "unknown": "no group 'Harbor'", "splits": {}}}
                """
                    .formatted(MODEL)))
        .contains("  dataset: no group 'Harbor'", "Data       group Harbor, not known, see above")
        .filteredOn(line -> line.contains("no group"))
        .hasSize(1);
  }

  @Test
  void aModelThatCouldNotBeLookedAtIsNoReasonToSayMore() throws IOException {
    assertThat(of("{\"problems\": []}"))
        .startsWith(
            "The file is in order; more cannot be said, for the model could not be looked at.")
        .contains("           " + PlanText.NO_MODEL + ";")
        .noneMatch(line -> line.startsWith("Stage"));
  }

  @Test
  void whereTheDataIsNotKnownItSaysWhyAndWhatMemoryIsABoundOf() throws IOException {
    assertThat(
            of(
                """
                {"problems": [], %s,
                 "data": {"known": false, "unknown": "the dataset 'd' is REQUESTED", "splits": {}},
                 "stages": [
                   {"name": "sft", "max_length": 256, "max_prompt_length": 192,
                    "memory": {"bytes": 1073741824, "moment": "in a step", "parts": {},
                               "bound": true}},
                   {"name": "gdpo", "max_length": 32768, "max_prompt_length": 32704}]}
                """
                    .formatted(MODEL)))
        .startsWith("Nothing speaks against it as far as can be seen without its data.")
        .contains(
            "Data       group Harbor, not known yet: the dataset 'd' is REQUESTED",
            "Memory     sft: at most 1,024 MB in a step (a bound: as if every text were as long as"
                + " max_length)",
            "           gdpo: not known: neither examples nor a max_length tell how long texts are")
        .anyMatch(line -> line.matches("sft +sft +3 +\\? +\\? +256 +\\? +1,024 MB"))
        .anyMatch(line -> line.matches("gdpo +gdpo +1\\.5 +\\? +\\? +32,768 +\\? +\\?"));
  }

  private static List<String> of(String plan) throws IOException {
    return PlanText.of(
        Json.SPECS.readValue(SPEC, ExperimentSpec.class).checked(),
        Json.EVENTS.readValue(plan, ExperimentPlan.class));
  }
}
