package io.gdpo.local.experiment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.ModelSpec;
import io.gdpo.local.terminal.CommandFailure;
import io.gdpo.local.terminal.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ExperimentFileTest {
  private static final String VALID =
      """
      name: riverside
      dataset:
        survey: data/survey.csv
        group: Riverside
        tokenizer: s3://bucket/tokenizer.json
      model:
        init: {tokenizer: tokenizer.json}
      stages:
        - name: sft
          training: {loss: sft, learning_rate: 1.5e-3}
      """;

  @TempDir Path folder;

  @BeforeEach
  void writeWhatThePathsName() throws IOException {
    Files.createDirectory(folder.resolve("data"));
    Files.writeString(folder.resolve("data/survey.csv"), "question,selections,options\n");
    Files.writeString(folder.resolve("tokenizer.json"), "{}");
  }

  @Test
  void pathsAreTakenFromTheFilesFolderAndUrisAreLeftAlone() throws IOException {
    ExperimentSpec spec = ExperimentFile.read(file(VALID)).spec();

    assertThat(spec.dataset().survey())
        .isEqualTo(folder.resolve("data/survey.csv").toUri().toString())
        .startsWith("file:///");
    assertThat(spec.model().init().tokenizer())
        .isEqualTo(folder.resolve("tokenizer.json").toUri().toString());
    assertThat(spec.dataset().tokenizer()).isEqualTo("s3://bucket/tokenizer.json");
  }

  @Test
  void aModelOfTheHubIsNotTakenForAPath() throws IOException {
    String yaml = VALID.replace("model:\n  init: {tokenizer: tokenizer.json}", "model: %s");

    assertThat(ExperimentFile.read(file(yaml.formatted("o/n@v1"))).spec().model())
        .isEqualTo(new ModelSpec("o/n@v1", null, null));
    assertThat(ExperimentFile.read(file(yaml.formatted("{hub: o/n}"))).spec().model())
        .isEqualTo(new ModelSpec("o/n", null, null));
  }

  @Test
  void aModelThatIsAPlainPathIsTakenFromTheFilesFolder() throws IOException {
    String yaml = VALID.replace("model:\n  init: {tokenizer: tokenizer.json}", "model: %s");

    assertThat(ExperimentFile.read(file(yaml.formatted("./data"))).spec().model())
        .isEqualTo(new ModelSpec(null, folder.resolve("data").toUri().toString(), null));
    assertThat(failureOf(file(yaml.formatted("./nowhere")))).hasMessageContaining("model.path");
  }

  @Test
  void aModelFolderBesideTheFileIsMeantAlsoWithoutADotAndSaidWhereItLooksLikeAHubName()
      throws IOException {
    String yaml = VALID.replace("model:\n  init: {tokenizer: tokenizer.json}", "model: %s");
    Path owned = Files.createDirectories(folder.resolve("models/tiny"));

    ExperimentFile single = ExperimentFile.read(file(yaml.formatted("data")));
    assertThat(single.spec().model().path()).isEqualTo(folder.resolve("data").toUri().toString());
    assertThat(single.readings()).isEmpty();

    ExperimentFile likeHub = ExperimentFile.read(file(yaml.formatted("models/tiny")));
    assertThat(likeHub.spec().model().path()).isEqualTo(owned.toUri().toString());
    assertThat(likeHub.readings())
        .singleElement()
        .asString()
        .contains("model: 'models/tiny' is taken for the folder " + owned)
        .contains("{hub: models/tiny}");

    ExperimentFile hub = ExperimentFile.read(file(yaml.formatted("{hub: models/tiny}")));
    assertThat(hub.spec().model()).isEqualTo(new ModelSpec("models/tiny", null, null));
    assertThat(hub.readings()).isEmpty();
    assertThat(ExperimentFile.read(file(yaml.formatted("{path: data}"))).spec().model().path())
        .isEqualTo(folder.resolve("data").toUri().toString());
  }

  @Test
  void aFileWhoseNameLooksLikeAUriIsTheFile() throws IOException {
    Path survey = Files.writeString(folder.resolve("2024:survey.csv"), "question\n");
    Path other = Files.writeString(folder.resolve("my:survey.csv"), "question\n");

    for (Path named : new Path[] {survey, other}) {
      String yaml = VALID.replace("data/survey.csv", "'" + named.getFileName() + "'");
      assertThat(ExperimentFile.read(file(yaml)).spec().dataset().survey())
          .isEqualTo(named.toUri().toString());
    }
  }

  @ParameterizedTest
  @MethodSource("examples")
  void everyExampleFileIsAValidExperiment(Path example) {
    assertThat(ExperimentFile.read(example).spec().problems()).isEmpty();
  }

  static List<Path> examples() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("../examples"))) {
      return files.filter(file -> file.toString().endsWith(".yaml")).sorted().toList();
    }
  }

  @Test
  void aPathThatLeadsNowhereIsNamedWithItsField() throws IOException {
    CommandFailure failure = failureOf(file(VALID.replace("data/survey.csv", "data/absent.csv")));

    assertThat(failure.exitCode()).isEqualTo(ExitCode.INVALID_INPUT);
    assertThat(failure).hasMessageContaining("dataset.survey").hasMessageContaining("absent.csv");
  }

  @Test
  void anUnknownFieldIsNamedBesideTheKnownOnes() throws IOException {
    CommandFailure failure = failureOf(file(VALID.replace("learning_rate", "learnig_rate")));

    assertThat(failure)
        .hasMessageContaining("stages[0].training.learnig_rate")
        .hasMessageContaining("learning_rate");
  }

  @Test
  void everythingThatIsWrongIsSaidAtOnce() throws IOException {
    CommandFailure failure =
        failureOf(
            file(
                VALID
                    .replace("loss: sft", "loss: sfft")
                    .replace("riverside", "River side")
                    .replace("data/survey.csv", "absent.csv")
                    .replace("{tokenizer: tokenizer.json}", "{tokenizer: absent.json}")));

    assertThat(failure.exitCode()).isEqualTo(ExitCode.INVALID_INPUT);
    assertThat(failure)
        .hasMessageContaining("name: ")
        .hasMessageContaining("dataset.survey: there is no " + folder.resolve("absent.csv"))
        .hasMessageContaining("model.init.tokenizer: there is no ")
        .hasMessageContaining("stages[0].training.loss")
        .hasMessageContaining("sfft");
  }

  @Test
  void brokenYamlIsToldWithLineAndColumn() throws IOException {
    CommandFailure failure = failureOf(file("name: riverside\nstages: [\n"));

    assertThat(failure).hasMessageContaining("line").hasMessageContaining("is not YAML");
  }

  @Test
  void aFileThatIsNotThereIsSaid() {
    assertThat(failureOf(folder.resolve("none.yaml")))
        .hasMessageContaining("There is no experiment file");
  }

  private CommandFailure failureOf(Path file) {
    CommandFailure failure =
        catchThrowableOfType(CommandFailure.class, () -> ExperimentFile.read(file).spec());
    assertThat(failure).isNotNull();
    return failure;
  }

  private Path file(String yaml) throws IOException {
    return Files.writeString(folder.resolve("experiment.yaml"), yaml);
  }
}
