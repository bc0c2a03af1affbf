package io.gdpo.training.plan;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.process.JobWorkspace;
import io.gdpo.artifacts.source.SourceException;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.contracts.data.Split;
import io.gdpo.contracts.job.ExperimentPlan;
import io.gdpo.contracts.job.ExperimentPlan.StagePlan;
import io.gdpo.contracts.job.ExperimentPlan.StageTraining;
import io.gdpo.contracts.job.PlanTask;
import io.gdpo.contracts.job.TokenSamples;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingResult;
import io.gdpo.contracts.spec.ExperimentSpec;
import io.gdpo.contracts.spec.SpecProblem;
import io.gdpo.data.EncodedExample;
import io.gdpo.data.ExampleEncoder;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.lm.memory.MemoryEstimate;
import io.gdpo.lm.tokenizer.Tokenizer;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.training.memory.AvailableMemory;
import io.gdpo.training.run.TrainingRun;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PlanCommandTest {
  private static final Map<String, Object> FIRST = Map.of("loss", "sft", "epochs", 1);
  private static final AvailableMemory PLENTY = device -> Long.MAX_VALUE;
  private static final ExampleSource NONE =
      (spec, artifacts, sink) -> {
        throw new SourceException("examples 'e' is not there");
      };

  @TempDir private Path temporary;
  private SmallGroup group;

  @BeforeEach
  void write() throws IOException {
    group = SmallGroup.in(temporary);
  }

  @Test
  void a_job_says_in_its_first_lines_what_was_planned_for_its_stage() throws IOException {
    Map<String, Object> settings =
        Map.of("loss", "gdpo", "max_length", 36, "max_prompt_length", 12, "batch_size", 4);
    TrainingJob first = group.job("first", FIRST);
    TrainingJob job = group.child("gdpo", group.folder(first).best(), settings);

    ExperimentPlan plan = plan(NONE, PLENTY, group.dataset(), job);
    TrainingResult before = train(first, OutputStream.nullOutputStream());
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    TrainingResult result = train(job, log);

    assertThat(plan.problems()).isEmpty();
    assertThat(plan.memoryOf("first")).contains(before.estimatedPeakBytes());
    StagePlan stage = plan.stages().get(1);
    assertThat(stage.memory().bound()).isFalse();
    assertThat(stage.memory().bytes()).isEqualTo(result.estimatedPeakBytes());
    assertThat(stage.memory().parts().values().stream().mapToLong(Long::longValue).sum())
        .isEqualTo(stage.memory().bytes());
    assertThat(stage.maxLength()).isEqualTo(result.maxLength());
    assertThat(stage.maxPromptLength()).isEqualTo(result.maxPromptLength());
    assertThat(stage.promptsCut() + stage.responsesCut()).isPositive();
    assertThat(log.toString(StandardCharsets.UTF_8))
        .contains("gdpo on 24 examples (8 for evaluation), ")
        .contains(stage.training().steps() + " steps of 4 examples")
        .contains(
            TrainingResult.ESTIMATE
                + MemoryEstimate.megabytes(stage.memory().bytes())
                + " "
                + stage.memory().moment())
        .contains(
            "cut to fit: %d prompts, %d responses"
                .formatted(stage.promptsCut(), stage.responsesCut()));
    assertThat(plan.data().known()).isTrue();
    assertThat(plan.data().splits().get("train").examples()).isEqualTo(24);
    assertThat(plan.data().splits().get("eval").examples()).isEqualTo(8);
    assertThat(plan.data().splits().get("train").tokens().prompt().max())
        .as("uncut, of the tokenizer with a token for each byte")
        .isEqualTo("<Q>long winter walks?<A>".length());
  }

  @Test
  void what_a_dataset_will_be_built_of_gives_the_same_numbers_as_the_dataset() throws IOException {
    TrainingJob job = group.job("dpo", Map.of("loss", "dpo"));
    PreferenceDataset dataset = PreferenceDataset.read(group.dataset());
    ExampleSource source =
        (spec, artifacts, sink) -> {
          for (Split split : Split.values()) {
            dataset.of(split).forEach(example -> sink.accept(split, example));
          }
        };

    ExperimentPlan before = plan(source, PLENTY, null, job);

    assertThat(before).isEqualTo(plan(NONE, PLENTY, group.dataset(), job));
    assertThat(before.stages().get(1).processors()).isEqualTo(3);
    assertThat(before.memoryOf("dpo")).contains(before.stages().get(1).memory().bytes());
    assertThat(before.memoryOf("sft")).isEmpty();
  }

  @Test
  void a_loss_that_needs_beliefs_is_a_problem_of_its_stage_where_the_data_tells_none()
      throws IOException {
    group.withoutBeliefs();

    ExperimentPlan plan =
        plan(NONE, PLENTY, group.dataset(), group.job("gdpo", Map.of("loss", "gdpo")));

    assertThat(plan.problems())
        .singleElement()
        .satisfies(
            problem -> {
              assertThat(problem.field()).isEqualTo("stages[1].training");
              assertThat(problem.message())
                  .startsWith(
                      "loss gdpo needs beliefs, and each example of this dataset is a pair");
            });
  }

  @Test
  void a_stage_reads_every_sequence_of_its_loss_once_in_each_epoch() throws IOException {
    long chosen = 0;
    long rejected = 0;
    try (Tokenizer tokenizer = Tokenizer.load(group.tokenizer())) {
      ExampleEncoder encoder = new ExampleEncoder(tokenizer, 96, 48);
      for (PreferenceExample example : PreferenceDataset.read(group.dataset(), Split.TRAIN)) {
        EncodedExample tokens = encoder.encode(example);
        chosen += tokens.prompt().length + tokens.chosen().length;
        rejected += tokens.prompt().length + tokens.rejected().length;
      }
    }

    assertThat(training(Map.of("loss", "sft", "epochs", 3)))
        .isEqualTo(new StageTraining(24, 9, 3 * chosen));
    assertThat(training(Map.of("loss", "dpo", "epochs", 2, "batch_size", 7)))
        .isEqualTo(new StageTraining(24, 8, 2 * (chosen + rejected)));
    assertThat(training(Map.of("loss", "sft", "epochs", 1, "targets", "last-per-prompt")))
        .satisfies(it -> assertThat(it.examples()).isLessThan(24))
        .satisfies(it -> assertThat(it.steps()).isEqualTo((it.examples() + 7) / 8));
  }

  private StageTraining training(Map<String, Object> settings) throws IOException {
    return plan(NONE, PLENTY, group.dataset(), group.job("x", settings)).stages().get(1).training();
  }

  @Test
  void beside_a_plan_lie_examples_as_the_model_will_read_them() throws IOException {
    plan(NONE, PLENTY, group.dataset(), group.job("gdpo", Map.of("loss", "gdpo")));

    TokenSamples samples =
        Json.EVENTS.readValue(temporary.resolve(TokenSamples.FILE).toFile(), TokenSamples.class);
    TokenSamples.Sample sample = samples.samples().get(0);
    List<String> chosen = sample.chosen().tokens();
    List<String> compared = sample.rejectedUnderBelief().tokens();

    assertThat(samples.samples()).extracting(TokenSamples.Sample::split).contains(Split.EVAL);
    assertThat(String.join("", chosen)).startsWith("<Q>").contains("<A>" + sample.belief());
    assertThat(chosen.get(sample.beliefBegin())).isEqualTo(Integer.toString(sample.belief()));
    assertThat(chosen.get(sample.beliefEnd())).isEqualTo(">");
    assertThat(compared.subList(0, sample.beliefEnd()))
        .isEqualTo(chosen.subList(0, sample.beliefEnd()));
    assertThat(sample.chosen().length()).isEqualTo(chosen.size());
    assertThat(counted(sample.chosen()))
        .startsWith(Integer.toString(sample.belief()))
        .isEqualTo(String.join("", chosen.subList(sample.beliefBegin(), chosen.size())));
    assertThat(counted(sample.rejected())).startsWith(Integer.toString(sample.rejectedBelief()));
    assertThat(counted(sample.rejectedUnderBelief())).startsWith(">");
    assertThat(sample.chosen().text()).isEqualTo(String.join("", chosen));
  }

  @Test
  void a_plan_names_the_chat_template_and_refuses_a_model_that_has_none() throws IOException {
    group.withoutBeliefs();
    ObjectNode spec = spec(group.job("dpo", Map.of("loss", "dpo")));
    ((ObjectNode) spec.get("model")).put("template", "chat");

    assertThat(plan(NONE, PLENTY, group.dataset(), spec).problems())
        .singleElement()
        .satisfies(it -> assertThat(it.field()).isEqualTo("model.template"))
        .satisfies(it -> assertThat(it.message()).contains("has no chat template beside it"));
    Files.writeString(
        group.tokenizer().resolveSibling("chat_template.jinja"),
        "{% for m in messages %}[{{ m.role }}]{{ m.content }}{% endfor %}"
            + "{% if add_generation_prompt %}[assistant]{% endif %}");
    ExperimentPlan plan = plan(NONE, PLENTY, group.dataset(), spec);
    TokenSamples samples =
        Json.EVENTS.readValue(temporary.resolve(TokenSamples.FILE).toFile(), TokenSamples.class);

    assertThat(plan.problems()).isEmpty();
    assertThat(plan.data().template()).isEqualTo("chat_template.jinja");
    assertThat(samples.samples().get(0).chosen().text())
        .matches("\\[user].*\\?\\[assistant].*<\\|endoftext\\|>");
  }

  private static String counted(TokenSamples.Sequence sequence) {
    return IntStream.range(0, sequence.tokens().size())
        .filter(i -> sequence.labels().get(i).equals(sequence.inputIds().get(i)))
        .mapToObj(i -> sequence.tokens().get(i))
        .collect(Collectors.joining());
  }

  @Test
  void of_examples_that_cannot_be_had_yet_it_says_so_and_bounds_memory_by_max_length()
      throws IOException {
    TrainingJob job = group.job("gdpo", Map.of("loss", "gdpo", "max_length", 64));

    ExperimentPlan unknown = plan(NONE, PLENTY, null, job);
    StagePlan stage = unknown.stages().get(1);
    StagePlan known = plan(NONE, PLENTY, group.dataset(), job).stages().get(1);

    assertThat(unknown.problems()).isEmpty();
    assertThat(unknown.data().known()).isFalse();
    assertThat(unknown.data().unknown()).contains("not built yet", "examples 'e' is not there");
    assertThat(unknown.data().splits()).isEmpty();
    assertThat(stage.memory().bound()).isTrue();
    assertThat(stage.memory().bytes()).isGreaterThan(known.memory().bytes());
    assertThat(stage.promptsCut()).isNull();
    assertThat(stage.training()).isNull();
    assertThat(
            plan(NONE, PLENTY, null, group.job("gdpo", Map.of("loss", "gdpo")))
                .stages()
                .get(1)
                .memory())
        .as("nothing bounds it")
        .isNull();
  }

  @Test
  void a_stage_that_cannot_fit_is_a_problem_with_what_would_fit() throws IOException {
    TrainingJob job = group.job("gdpo", Map.of("loss", "gdpo"));
    long needed = plan(NONE, PLENTY, group.dataset(), job).stages().get(1).memory().bytes();

    ExperimentPlan plan = plan(NONE, device -> needed - 1, group.dataset(), job);

    assertThat(plan.problems())
        .extracting(SpecProblem::field)
        .containsExactly("stages[1].training");
    assertThat(plan.problems().get(0).message())
        .contains("needs about " + MemoryEstimate.megabytes(needed), "there are only");
    assertThat(plan(NONE, device -> needed, group.dataset(), job).problems()).isEmpty();
  }

  @Test
  void lengths_that_leave_no_room_for_a_belief_are_a_problem() throws IOException {
    TrainingJob job =
        group.job("sft", Map.of("loss", "sft", "max_length", 14, "max_prompt_length", 12));

    assertThat(plan(NONE, PLENTY, group.dataset(), job).problems().toString())
        .contains("stages[1].training", "needs 7 tokens, but max_length 14");
  }

  @Test
  void of_a_dataset_named_by_its_id_that_lies_nobody_says_where_there_is_no_data()
      throws IOException {
    ObjectNode spec = spec(group.job("sft", FIRST));
    spec.putObject("dataset").put("id", "mine");

    ExperimentPlan plan = plan(NONE, PLENTY, null, spec);

    assertThat(plan.problems()).isEmpty();
    assertThat(plan.data().unknown()).contains("named by its id");
    assertThat(plan.stages()).hasSize(2);
  }

  private ExperimentPlan plan(
      ExampleSource source, AvailableMemory available, Path dataset, TrainingJob job)
      throws IOException {
    return plan(source, available, dataset, spec(job));
  }

  private ObjectNode spec(TrainingJob job) {
    ObjectNode spec = Json.SPECS.createObjectNode().put("name", "x");
    spec.putObject("dataset").put("examples", "e");
    spec.set("model", Json.SPECS.valueToTree(group.job("first", FIRST).model()));
    ArrayNode stages = spec.putArray("stages");
    stages.addObject().put("name", "first").set("training", training(group.job("first", FIRST)));
    stages
        .addObject()
        .put("name", job.stage())
        .put("parent", "first")
        .set("training", training(job));
    return spec;
  }

  private ExperimentPlan plan(
      ExampleSource source, AvailableMemory available, Path dataset, ObjectNode spec)
      throws IOException {
    PlanTask task =
        new PlanTask(
            Json.SPECS.treeToValue(spec, ExperimentSpec.class).checked(),
            dataset == null ? null : dataset.toUri().toString(),
            temporary.toUri().toString(),
            3);
    return new PlanCommand(source, Map.of(), available)
        .run(
            Json.EVENTS.readValue(Json.EVENTS.writeValueAsBytes(task), PlanTask.class),
            Artifacts.at(temporary.toUri()),
            () -> false,
            new PrintStream(OutputStream.nullOutputStream(), true, StandardCharsets.UTF_8));
  }

  private static JsonNode training(TrainingJob job) {
    return Json.SPECS.valueToTree(job.training());
  }

  private TrainingResult train(TrainingJob job, OutputStream log) throws IOException {
    Files.createDirectories(group.folder(job).root());
    return new TrainingRun(
            job,
            JobWorkspace.in(group.folder(job).root()),
            new PrintStream(log, true, StandardCharsets.UTF_8),
            () -> false,
            PLENTY)
        .run()
        .orElseThrow();
  }
}
