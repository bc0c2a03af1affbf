package io.gdpo.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.contracts.state.ExperimentStatus;
import io.gdpo.contracts.view.ExperimentView;
import io.gdpo.local.terminal.CommandFailure;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DemoExperimentTest {
  @TempDir Path folder;
  private Path template;

  @BeforeEach
  void writeATemplate() throws IOException {
    Files.writeString(folder.resolve("survey.csv"), "question,selections,options\n");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
    template =
        Files.writeString(
            folder.resolve("demo.yaml"),
            """
            name: demo
            dataset: {survey: survey.csv, group: Riverside, synthesis: {respondents: 24}}
            model: {init: {tokenizer: tokenizer.json}}
            stages: [{name: sft, training: {loss: sft}}]
            """);
  }

  @Test
  void theSeedReachesEverythingThatIsSeeded() {
    ExperimentSpec spec =
        DemoExperiment.of(template, Optional.empty(), Optional.empty(), List.of(), 7)
            .resumed(List.of());

    assertThat(spec.name()).isEqualTo("demo-riverside-s7");
    assertThat(spec.seed()).isEqualTo(7);
    assertThat(spec.dataset().synthesis().seed()).isEqualTo(7);
    assertThat(spec.dataset().synthesis().respondents()).isEqualTo(24);
  }

  @Test
  void aPersonsOwnSurveyAndGroupTakeTheTemplatesPlace() throws IOException {
    Path survey = Files.writeString(folder.resolve("My Survey.csv"), "question\n");

    ExperimentSpec spec =
        DemoExperiment.of(
                template, Optional.empty(), Optional.of(survey), List.of("United States"), 0)
            .resumed(List.of());

    assertThat(spec.dataset().survey()).isEqualTo(survey.toUri().toString());
    assertThat(spec.dataset().group()).isEqualTo("United States");
    assertThat(spec.name()).matches("demo-my-survey-[0-9a-f]{6}-united-states-s0");
  }

  @Test
  void severalGroupsAreOneExperimentOfAllOfThem() {
    ExperimentSpec spec =
        DemoExperiment.of(
                template, Optional.empty(), Optional.empty(), List.of("Riverside", "Hill top"), 0)
            .resumed(List.of());

    assertThat(spec.dataset().group()).isNull();
    assertThat(spec.dataset().groups()).containsExactly("Riverside", "Hill top");
    assertThat(spec.name()).isEqualTo("demo-riverside-hill-top-s0");
    assertThat(spec.problems()).isEmpty();
  }

  @Test
  void votesTakeThePlaceOfTheExamplesFileAndNameTheRun() throws IOException {
    Path votes = Files.writeString(folder.resolve("panel.jsonl"), "{}");
    Path example = Path.of("..", "examples", "demo-votes.yaml");

    ExperimentSpec spec = DemoExperiment.ofVotes(example, votes, 3).resumed(List.of());

    assertThat(spec.dataset().examples()).isEqualTo(votes.toUri().toString());
    assertThat(spec.seed()).isEqualTo(3);
    assertThat(spec.name()).matches("demo-votes-panel-[0-9a-f]{6}-s3");
    assertThat(spec.problems()).isEmpty();
    assertThatThrownBy(() -> DemoExperiment.ofVotes(example, folder.resolve("none.jsonl"), 0))
        .isInstanceOf(CommandFailure.class)
        .hasMessageContaining("There is no file of votes");
  }

  @Test
  void aPretrainedModelTakesTheTemplatesPlaceByFolderOrByItsNameOnTheHub() throws IOException {
    Path model = Files.createDirectories(folder.resolve("models/Tiny Model"));

    ExperimentSpec local = of(model.toString()).resumed(List.of());
    ExperimentSpec hub = of("Qwen/Qwen2.5-0.5B").resumed(List.of());

    assertThat(local.model()).isEqualTo(new ModelSpec(null, model.toUri().toString(), null));
    assertThat(local.name()).matches("demo-tiny-model-[0-9a-f]{6}-riverside-s0");
    assertThat(hub.model()).isEqualTo(new ModelSpec("Qwen/Qwen2.5-0.5B", null, null));
    assertThat(hub.name()).isEqualTo("demo-qwen-qwen2-5-0-5b-riverside-s0");
    assertThat(hub.problems()).isEmpty();
  }

  @Test
  void aModelThatIsNowhereIsRefusedBeforeAnythingIsStarted() {
    for (String nowhere : List.of("./nowhere", "/nowhere/at/all", "nowhere", "a\0b")) {
      assertThatThrownBy(() -> of(nowhere))
          .isInstanceOf(CommandFailure.class)
          .hasMessageContaining("--model")
          .hasMessageContaining("it is no name on the Hub");
    }
  }

  private DemoExperiment of(String model) {
    return DemoExperiment.of(template, Optional.of(model), Optional.empty(), List.of(), 0);
  }

  @Test
  void aSurveyThatWasChangedIsAnotherExperiment() throws IOException {
    Path survey = Files.writeString(folder.resolve("mine.csv"), "question\n");
    String before = nameOf(survey);
    Files.writeString(survey, "question,selections\n");

    assertThat(nameOf(survey)).isNotEqualTo(before);
  }

  @Test
  void theSameDemoAgainFindsItsLastRunAndAFreshOneTakesTheNextName() {
    DemoExperiment demo =
        DemoExperiment.of(template, Optional.empty(), Optional.empty(), List.of(), 0);
    List<ExperimentView> runs =
        List.of(run("demo-riverside-s0"), run("demo-riverside-s0-r2"), run("demo-riverside-s01"));

    assertThat(demo.afresh(List.of()).name()).isEqualTo("demo-riverside-s0");
    assertThat(demo.resumed(runs).name()).isEqualTo("demo-riverside-s0-r2");
    assertThat(demo.afresh(runs).name()).isEqualTo("demo-riverside-s0-r3");
  }

  @Test
  void aLongGroupNameStillGivesAValidExperiment() {
    ExperimentSpec spec =
        DemoExperiment.of(
                template,
                Optional.empty(),
                Optional.empty(),
                List.of("A very long name ".repeat(8)),
                123456789)
            .afresh(List.of());

    assertThat(spec.problems()).isEmpty();
    assertThat(spec.name()).endsWith("-s123456789");
  }

  private String nameOf(Path survey) {
    return DemoExperiment.of(template, Optional.empty(), Optional.of(survey), List.of("G"), 0)
        .resumed(List.of())
        .name();
  }

  private static ExperimentView run(String name) {
    return new ExperimentView(
        name,
        ExperimentStatus.SUCCEEDED,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        List.of());
  }
}
