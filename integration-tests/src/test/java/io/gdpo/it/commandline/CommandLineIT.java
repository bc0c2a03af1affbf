package io.gdpo.it.commandline;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.it.stack.Gdpo;
import io.gdpo.it.stack.SharedStack;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import io.gdpo.it.stack.TraceReceiver;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The commands as a script uses them, one after the other, against a running system. */
@ExtendWith(SharedStack.class)
class CommandLineIT {

  @Test
  void anExperimentCanBeSubmittedWatchedAndReadByAScript(
      Stack stack, TraceReceiver traces, @TempDir Path folder) throws IOException {
    String home = stack.home().toString();
    Path file =
        Files.writeString(
            folder.resolve("mine.yaml"),
            TinyExperiment.withOwnSurvey(
                TinyExperiment.ofTwoGroups(TinyExperiment.oneStage("by-script")),
                folder.resolve("survey.csv")));
    Path html = folder.resolve("report.html");

    assertThat(Gdpo.run("submit", file.toString(), "--home", home).exitCode()).isZero();
    assertThat(Gdpo.run("submit", file.toString(), "--home", home).exitCode())
        .as("the same experiment again")
        .isZero();

    Gdpo.Result watched = Gdpo.run("watch", "by-script", "--home", home, "--json");
    assertThat(watched.exitCode()).as(watched.errors()).isZero();
    assertThat(json(watched).path("status").asText()).isEqualTo("SUCCEEDED");
    assertThat(watched.errors()).contains("sft").contains("evaluated");

    Sight.isOneTrace(stack, traces, "by-script");
    Sight.isToldByMetrics(stack);

    Gdpo.Result table = Gdpo.run("report", "by-script", "--home", home);
    assertThat(table.output())
        .contains("sft")
        .containsIgnoringCase("uniform")
        .containsPattern("(?m)^stage +Harbour +Hillside$");
    Gdpo.Result page =
        Gdpo.run("report", "by-script", "--home", home, "--format", "html", "-o", html.toString());
    assertThat(page.exitCode()).isZero();
    assertThat(Files.readString(html)).contains("<html").doesNotContain("src=\"http");

    Path exported = folder.resolve("model");
    Gdpo.Result export = Gdpo.run("export", "by-script/sft", exported.toString(), "--home", home);
    assertThat(export.exitCode()).as(export.errors()).isZero();
    assertThat(export.output()).contains(exported + ": a whole model");
    assertThat(exported)
        .isDirectoryContaining("glob:**/model.safetensors")
        .isDirectoryContaining("glob:**/config.json")
        .isDirectoryContaining("glob:**/tokenizer.json");
    assertThat(
            Gdpo.run("export", "by-script/sft", folder + "/a", "--adapter", "--home", home)
                .errors())
        .contains("is a whole model, not an adapter");

    showsItsDataset(home);

    Gdpo.Result log = Gdpo.run("logs", "by-script/sft", "--home", home, "-f");
    assertThat(log.exitCode()).isZero();
    assertThat(log.output())
        .contains("memory: about " + planned(stack, "by-script"))
        .containsPattern("trace 00-[0-9a-f]{32}-[0-9a-f]{16}-01");
    assertThat(beside(stack, "by-script", "samples").at("/samples/0/chosen/tokens").toString())
        .contains("\"<\",\"A\",\">\"");
    isFoundOutWithoutASystem(stack, file, folder.resolve("nothing-started"));
    assertThat(json(Gdpo.run("status", "--home", home, "--json")).at("/stack/phase").asText())
        .isEqualTo("READY");
    assertThat(Gdpo.run("status", "--home", home).output().lines())
        .filteredOn(line -> line.matches(" +model .*"))
        .isNotEmpty()
        .allSatisfy(
            line ->
                assertThat(Path.of(line.replaceFirst(" +model ", "")).resolve("config.json"))
                    .isRegularFile());
  }

  /** What the system found out before it began, a person is told by a home where none runs. */
  private static void isFoundOutWithoutASystem(Stack stack, Path file, Path home)
      throws IOException {
    Gdpo.Result plan = Gdpo.run("plan", file.toString(), "--home", home.toString());
    assertThat(plan.exitCode()).as(plan.errors()).isZero();
    assertThat(plan.output())
        .contains("Memory     sft: about " + planned(stack, "by-script"))
        .containsPattern(
            "(?m)^sft +sft +1 +"
                + beside(stack, "by-script", "plan").at("/stages/0/training/steps").asLong()
                + " ");
    Gdpo.Result preview =
        Gdpo.run("preview", file.toString(), "--samples=99", "--json", "--home", home.toString());
    assertThat(preview.exitCode()).as(preview.errors()).isZero();
    assertThat(json(preview)).isEqualTo(beside(stack, "by-script", "samples"));
    assertThat(home).doesNotExist();
  }

  private static void showsItsDataset(String home) throws IOException {
    Gdpo.Result shown = Gdpo.run("dataset", "by-script", "--samples", "1", "--home", home);
    assertThat(shown.exitCode()).as(shown.errors()).isZero();
    assertThat(shown.output())
        .containsPattern("(?m)^Harbour +\\d+: 3 questions")
        .containsPattern("(?m)^Hillside +\\d+: 3 questions")
        .containsPattern("(?m)^  prompt    Group: (Harbour|Hillside)\\. ")
        .containsPattern("(?m)^train +\\d+ ")
        .containsPattern("(?m)^test +\\d+ +\\d+ +\\d+ +\\d+ q. 0 pr.")
        .containsPattern("(?m)^target +\\d")
        .containsPattern("(?m)^  chosen    [0-5]<");
    JsonNode card = json(Gdpo.run("dataset", "by-script", "--json", "--home", home));
    assertThat(card.at("/splits/train/examples").asLong()).isPositive();
    String id = card.path("dataset_id").asText();
    assertThat(Gdpo.run("dataset", "--home", home).output())
        .containsPattern("(?m)^" + id + " +READY");
    assertThat(Gdpo.run("dataset", id, "--home", home).output()).contains("Dataset    " + id);
    Gdpo.Result none = Gdpo.run("dataset", "nobodys", "--home", home);
    assertThat(none.exitCode()).isEqualTo(5);
    assertThat(none.errors()).contains("There is no dataset and no experiment 'nobodys'");
  }

  @Test
  void votesAreLearntFromAndReportedAsWhatTheyAre(Stack stack, @TempDir Path folder)
      throws IOException {
    String home = stack.home().toString();
    Path file = Files.writeString(folder.resolve("votes.yaml"), TinyExperiment.onVotes("votes"));
    assertThat(Gdpo.run("submit", file.toString(), "--home", home).exitCode()).isZero();

    Gdpo.Result votes = Gdpo.run("watch", "votes", "--home", home, "--json");
    assertThat(json(votes).path("status").asText()).as(votes.errors()).isEqualTo("SUCCEEDED");

    assertThat(Gdpo.run("report", "votes", "--home", home).output())
        .contains("2 of 2 checkpoints evaluated on examples that tell no beliefs")
        .containsPattern("(?m)^dpo +dpo +[01]\\.\\d+ +-?\\d+\\.\\d+ +[01]\\.\\d+$");
    assertThat(Gdpo.run("dataset", "votes", "--home", home).output())
        .containsPattern("(?m)^train +pairs by group: (north|south) \\d+, (north|south) \\d+$")
        .containsPattern("(?m)^train +the chosen response is preferred by \\d+\\.\\d %")
        .contains("as many people prefer one response as the other");
  }

  @Test
  void theSameNameForAnotherExperimentIsAConflictAndTheFirstCanBeCancelled(
      Stack stack, @TempDir Path folder) throws IOException {
    String home = stack.home().toString();
    String spec = TinyExperiment.checkpointed("twice", 1000);
    Path first = Files.writeString(folder.resolve("first.yaml"), spec);
    Path other =
        Files.writeString(folder.resolve("other.yaml"), spec.replace("\"seed\": 1", "\"seed\": 2"));

    assertThat(Gdpo.run("submit", first.toString(), "--home", home).exitCode()).isZero();
    Gdpo.Result refused = Gdpo.run("submit", other.toString(), "--home", home);

    assertThat(refused.exitCode()).as(refused.errors()).isEqualTo(6);
    assertThat(refused.errors()).contains("twice").doesNotContain("\tat ");
    Gdpo.Result suspended = Gdpo.run("suspend", "twice", "--home", home);
    assertThat(suspended.exitCode()).as(suspended.errors()).isZero();
    assertThat(suspended.output()).contains("twice is suspended; gdpo resume goes on with it");
    assertThat(Gdpo.run("resume", "twice", "--home", home).output()).contains("twice goes on");
    assertThat(Gdpo.run("cancel", "twice", "--home", home).exitCode()).isZero();
  }

  @Test
  void anUnknownExperimentIsNotFound(Stack stack) {
    Gdpo.Result result = Gdpo.run("watch", "nobody", "--home", stack.home().toString());

    assertThat(result.exitCode()).isEqualTo(5);
    assertThat(result.errors()).contains("nobody");
  }

  @Test
  void theScriptServesFromAnotherFolderAndByAPathWithSpaces(@TempDir Path folder)
      throws IOException {
    Path linked = Path.of("target", "a folder with spaces").toAbsolutePath();
    Files.deleteIfExists(linked);
    Files.createSymbolicLink(linked, Gdpo.script().getParent());

    Gdpo.Result result =
        Gdpo.run(linked.resolve("gdpo"), folder, "down", "--home", folder.toString());

    assertThat(result.exitCode()).as(result.errors()).isZero();
    assertThat(result.output()).contains("No stack runs in " + folder);
    Files.delete(linked);
  }

  @Test
  void lettersBeyondAsciiAreUnderstoodInATurkishJvmAndInALocaleThatKnowsNone(@TempDir Path folder)
      throws Exception {
    // The shell makes the name: this JVM's own locale may know none either.
    String command =
        "exec \"$0\" --no-build down --home \"$1/$(printf 'T\\303\\274rkiye')\" --verbose";
    ProcessBuilder builder =
        new ProcessBuilder("/bin/sh", "-c", command, Gdpo.script().toString(), folder.toString())
            .redirectErrorStream(true);
    builder.environment().put("LC_ALL", "C");
    builder.environment().put("JAVA_TOOL_OPTIONS", "-Duser.language=tr");

    Process process = builder.start();

    assertThat(new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .contains("No stack runs in " + folder + "/T\u00fcrkiye");
    assertThat(process.waitFor()).isZero();
  }

  /** What was planned for an experiment's first stage, before its dataset was there, for people. */
  private static String planned(Stack stack, String experiment) throws IOException {
    JsonNode memory = beside(stack, experiment, "plan").at("/stages/0/memory");
    return String.format(
        Locale.ROOT,
        "%,d MB %s",
        Math.round(memory.path("bytes").asDouble() / (1 << 20)),
        memory.path("moment").asText());
  }

  private static JsonNode beside(Stack stack, String experiment, String what) throws IOException {
    return Json.EVENTS.readTree(
        URI.create(stack.url("trainer-service") + "/experiments/" + experiment + "/" + what)
            .toURL());
  }

  private static JsonNode json(Gdpo.Result result) {
    try {
      return Json.EVENTS.readTree(result.output());
    } catch (JsonProcessingException e) {
      throw new AssertionError("Not JSON: " + result.output(), e);
    }
  }
}
