package io.gdpo.it.commands;

import static io.gdpo.it.commands.Row.CANCEL_DATASET;
import static io.gdpo.it.commands.Row.CANCEL_EVALUATION;
import static io.gdpo.it.commands.Row.CANCEL_EXPERIMENT;
import static io.gdpo.it.commands.Row.CANCEL_JOB;
import static io.gdpo.it.commands.Row.DEAD_LETTER;
import static io.gdpo.it.commands.Row.DELETE_EXPERIMENT;
import static io.gdpo.it.commands.Row.RESUME;
import static io.gdpo.it.commands.Row.SUSPEND;
import static io.gdpo.it.commands.Row.evaluate;
import static io.gdpo.it.commands.Row.refusal;
import static io.gdpo.it.commands.Row.request;
import static io.gdpo.it.commands.Row.same;
import static io.gdpo.it.commands.Row.submit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.it.commands.Doors.Answer;
import io.gdpo.it.commands.Doors.Call;
import io.gdpo.it.commands.Doors.Subject;
import io.gdpo.it.stack.SharedStack;
import io.gdpo.it.stack.Stack;
import io.gdpo.it.stack.TinyExperiment;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every command can be given by REST and by event, and means the same: the same answer, the same
 * refusal in the same words, and nothing half stored. Each row is a test; rows about one subject go
 * on from one another.
 */
@ExtendWith(SharedStack.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryCommandByRestAndByEventIT {
  private static final String SURVEY = uri("src/test/resources/survey.csv");

  /** Its stages end only if they are cancelled. */
  private static final String EXPERIMENT = TinyExperiment.twoStages("NAME", 100_000);

  private static final String SECTION =
      """
      {"survey": "%s", "group": "Harbour", "synthesis": {"respondents": 4, "seed": 77}}
      """
          .formatted(SURVEY);
  private static final String SLOW_SECTION =
      """
      {"survey": "%s", "group": "Harbor", "synthesis": {"respondents": 2000}}
      """
          .formatted(uri("../examples/survey.csv"));
  private static final String EVALUATION =
      """
      {"checkpoint": {"id": "NAME", "job_id": "j", "experiment": "elsewhere", "stage": "dpo",
                      "loss": "dpo", "kind": "best", "step": 1, "model_uri": "file:/nowhere/model",
                      "dataset_uri": "file:/nowhere/data", "beta": 0.1, "max_length": 96,
                      "max_prompt_length": 60},
       "evaluation": {"split": "test", "samples": 1}}
      """;

  /**
   * What is wrong with what is sent: of what, what it is, what is put in the place of what (of all
   * if that is empty), how the event is answered, and in which words.
   */
  private static final String WRONG =
      """
      experiment | no JSON                    || {"name": ]} | a dead letter | What was sent cannot be read at line
      experiment | nothing in it              || {} | a dead letter | name: must be 1 to 63 lower-case letters, digits and dashes, is missing; dataset: is missing
      experiment | nothing                    || null | a dead letter | No experiment was sent
      experiment | an unknown field           | "epochs" | "epoch" | a dead letter | Field 'stages[0].training.epoch'
      experiment | a wrong type               | "layers": 1 | "layers": "few" | a dead letter | Field 'model.init.layers' cannot be read at line
      experiment | a part of a whole number   | "layers": 1 | "layers": 1.5 | a dead letter | must be a whole number
      experiment | a choice that is none      | "sft" | "spf" | a dead letter | stages[0].training.loss: must be one of
      experiment | a value out of bounds      | "respondents": 4 | "respondents": 1 | a dead letter | dataset.synthesis.respondents: must be at least 2, is 1
      experiment | a control character        | "Harbour" | "Har\\u0000bour" | a dead letter | dataset.group: must hold no control characters
      experiment | half a character           | "Harbour" | "Har\\ud800bour" | a dead letter | dataset.group: must hold no control characters
      experiment | a field given twice        | "seed": 1 | "seed": 1, "seed": 1 | a dead letter | Duplicate field 'seed'
      experiment | a name that cannot be      | "NAME" | "Wrong Name" | a dead letter | name: must be 1 to 63 lower-case letters
      experiment | two sources                | "survey" | "id": "absent", "survey" | a dead letter | dataset: give exactly one of
      dataset    | no JSON                    || {"survey": ]} | a dead letter | What was sent cannot be read at line
      dataset    | nothing                    || null | DatasetFailed | dataset: is missing
      dataset    | an unknown field           | "group" | "groupe" | DatasetFailed | Field 'groupe'
      dataset    | a wrong type               | "respondents": 4 | "respondents": "few" | DatasetFailed | Field 'synthesis.respondents' cannot be read at line
      dataset    | a value out of bounds      | "respondents": 4 | "respondents": 1 | DatasetFailed | dataset.synthesis.respondents: must be at least 2, is 1
      dataset    | a control character        | "Harbour" | "Har\\u0000bour" | DatasetFailed | dataset.group: must hold no control characters
      dataset    | two sources                | "group" | "examples": "/a", "group" | DatasetFailed | dataset: give exactly one of
      dataset    | no group                   | "group" | "tokenizer" | DatasetFailed | dataset.group: a survey needs the group
      dataset    | a source that is not there | survey.csv | nowhere.csv | DatasetFailed | dataset.survey: survey '
      dataset    | the id of one              || {"id": "a"} | DatasetFailed | dataset.id: names a dataset that is there
      evaluation | no JSON                    || {"checkpoint": ]} | a dead letter | What was sent cannot be read at line
      evaluation | nothing in it              || {} | a dead letter | checkpoint: is missing
      evaluation | an unknown field           | "samples" | "sampels" | EvaluationFailed | Field 'evaluation.sampels'
      evaluation | a wrong type               | "samples": 1 | "samples": "few" | EvaluationFailed | Field 'evaluation.samples' cannot be read at line
      evaluation | a choice that is none      | "test" | "trial" | EvaluationFailed | evaluation.split: must be one of
      evaluation | a value out of bounds      | "samples": 1 | "samples": 0 | EvaluationFailed | evaluation.samples: must be at least 1, is 0
      evaluation | a control character        | nowhere/model | nowhere/mo\\u0000del | EvaluationFailed | checkpoint.model_uri: must hold no control characters
      evaluation | an id that cannot be       | NAME | ../up | a dead letter | checkpoint.id: must be letters, digits
      """;

  private static final Subject TRAINED = Subject.experiment("by-rest-trained");
  private static final Subject TRAINED_TOO = Subject.experiment("by-event-trained");
  private static final Subject REFUSED = Subject.experiment("by-rest-untrainable");
  private static final Subject REFUSED_TOO = Subject.experiment("by-event-untrainable");
  private static final Subject BUILT = Subject.dataset(idOf(SECTION));
  private static final Subject BUILT_TOO = Subject.dataset("by-event-built");
  private static final Subject SLOW = Subject.dataset(idOf(SLOW_SECTION));
  private static final Subject SLOW_TOO = Subject.dataset("by-event-slow");
  private static final Subject MEASURED = Subject.evaluation("by-rest-measured");
  private static final Subject MEASURED_TOO = Subject.evaluation("by-event-measured");
  private static final Subject STOPPED = Subject.evaluation("by-rest-stopped");
  private static final Subject STOPPED_TOO = Subject.evaluation("by-event-stopped");

  private Doors doors;

  @BeforeAll
  void open(Stack stack) {
    doors = new Doors(stack);
  }

  @AfterAll
  void close() {
    doors.close();
  }

  @TestFactory
  Stream<DynamicTest> everyCommand() {
    Stream<DynamicTest> table =
        Stream.<Supplier<List<Row>>>of(
                this::experiments,
                this::jobs,
                this::ends,
                this::datasets,
                this::evaluations,
                this::unknown,
                this::wrong)
            .flatMap(rows -> rows.get().stream())
            .map(row -> dynamicTest(row.what(), () -> holds(row)));
    return Stream.concat(
        table,
        Stream.of(
            dynamicTest("one content is one dataset", this::oneDataset),
            dynamicTest("delete an experiment", this::deleted)));
  }

  private List<Row> experiments() {
    Function<Subject, Call> other = submit(EXPERIMENT.replace("\"seed\": 1", "\"seed\": 2"));
    Function<Subject, Call> untrainable = submit(EXPERIMENT.replace("tokenizer.json", "no.json"));
    String absent = EXPERIMENT.replaceFirst("\\{\"survey\".*\\}\\}", "{\"id\": \"absent\"}");
    return List.of(
        refusal(
            "submit one over a dataset that is not there",
            Subject.experiment("over-nothing"),
            submit(absent),
            400,
            DEAD_LETTER,
            "dataset.id: no dataset 'absent' is ready"),
        same(
            "submit an experiment", TRAINED, TRAINED_TOO, submit(EXPERIMENT), 201, "RUNNING", null),
        same(
            "submit one that runs", TRAINED, TRAINED_TOO, submit(EXPERIMENT), 200, "RUNNING", null),
        refusal(
            "submit another by its name",
            TRAINED,
            other,
            409,
            DEAD_LETTER,
            "There is an experiment 'by-rest-trained' with another specification"),
        same(
            "suspend an experiment",
            TRAINED,
            TRAINED_TOO,
            SUSPEND,
            200,
            "RUNNING",
            "ExperimentSuspended"),
        same(
            "suspend one that is suspended",
            TRAINED,
            TRAINED_TOO,
            SUSPEND,
            200,
            "RUNNING",
            "ExperimentSuspended"),
        same(
            "resume an experiment",
            TRAINED,
            TRAINED_TOO,
            RESUME,
            200,
            "RUNNING",
            "ExperimentSuspended"),
        same(
            "submit one whose model cannot be trained",
            REFUSED,
            REFUSED_TOO,
            untrainable,
            400,
            "FAILED",
            "ExperimentFinished"),
        refusal(
            "delete an experiment that runs",
            TRAINED,
            DELETE_EXPERIMENT,
            409,
            DEAD_LETTER,
            "Experiment 'by-rest-trained' is RUNNING; cancel it first"),
        refusal(
            "cancel an experiment that failed",
            REFUSED,
            CANCEL_EXPERIMENT,
            409,
            DEAD_LETTER,
            "'by-rest-untrainable' has ended as FAILED; there is nothing to cancel"),
        refusal(
            "suspend an experiment that failed",
            REFUSED,
            SUSPEND,
            409,
            DEAD_LETTER,
            "'by-rest-untrainable' has ended as FAILED; there is nothing to suspend"));
  }

  private void deleted() {
    Call byRest = DELETE_EXPERIMENT.apply(TRAINED);
    assertThat(doors.post(TRAINED, byRest).status()).isEqualTo(204);
    doors.send(TRAINED_TOO, DELETE_EXPERIMENT.apply(TRAINED_TOO));
    for (Subject experiment : List.of(TRAINED, TRAINED_TOO)) {
      doors.told(experiment, "ExperimentDeleted");
      assertThat(doors.view(experiment).path("detail").asText()).contains("There is no experiment");
    }
    assertThat(doors.post(TRAINED, byRest).status()).isEqualTo(404);
    String again = doors.send(TRAINED_TOO, DELETE_EXPERIMENT.apply(TRAINED_TOO));
    assertThat(doors.deadLetter(TRAINED_TOO, again)).contains("There is no experiment");
  }

  private List<Row> jobs() {
    Subject rest = Subject.job(doors.view(TRAINED).at("/stages/0/job_id").asText());
    Subject event = Subject.job(doors.view(TRAINED_TOO).at("/stages/0/job_id").asText());
    return List.of(
        same("cancel a job", rest, event, CANCEL_JOB, 200, "CANCELLED", "JobCancelled"),
        same("cancel a job once more", rest, event, CANCEL_JOB, 200, "CANCELLED", "JobCancelled"));
  }

  private List<Row> ends() {
    return List.of(
        same(
            "cancel an experiment",
            TRAINED,
            TRAINED_TOO,
            CANCEL_EXPERIMENT,
            200,
            "CANCELLED",
            "ExperimentFinished"),
        same(
            "cancel an experiment once more",
            TRAINED,
            TRAINED_TOO,
            CANCEL_EXPERIMENT,
            200,
            "CANCELLED",
            "ExperimentFinished"),
        same(
            "submit one that was cancelled",
            TRAINED,
            TRAINED_TOO,
            submit(EXPERIMENT),
            200,
            "CANCELLED",
            "ExperimentFinished"));
  }

  private List<Row> datasets() {
    List<Function<Subject, Call>> askedAndCancelled =
        List.of(request(SLOW_SECTION), request(SLOW_SECTION), CANCEL_DATASET);
    return List.of(
        same("request a dataset", BUILT, BUILT_TOO, request(SECTION), 202, "READY", "DatasetReady"),
        same(
            "request a dataset that is built",
            BUILT,
            BUILT_TOO,
            request(SECTION),
            200,
            "READY",
            "DatasetReady"),
        same(
            "cancel a dataset that is built",
            BUILT,
            BUILT_TOO,
            CANCEL_DATASET,
            200,
            "READY",
            "DatasetReady"),
        new Row(
            "request a dataset twice and cancel it",
            SLOW,
            SLOW_TOO,
            askedAndCancelled,
            List.of(202, 202, 200),
            "CANCELLED",
            "DatasetCancelled",
            null),
        same(
            "cancel a dataset once more",
            SLOW,
            SLOW_TOO,
            CANCEL_DATASET,
            200,
            "CANCELLED",
            "DatasetCancelled"));
  }

  private List<Row> evaluations() {
    List<Function<Subject, Call>> askedAndCancelled =
        List.of(evaluate(EVALUATION), evaluate(EVALUATION), CANCEL_EVALUATION);
    return List.of(
        same(
            "request an evaluation",
            MEASURED,
            MEASURED_TOO,
            evaluate(EVALUATION),
            202,
            "FAILED",
            "EvaluationFailed"),
        same(
            "cancel an evaluation that failed",
            MEASURED,
            MEASURED_TOO,
            CANCEL_EVALUATION,
            200,
            "FAILED",
            "EvaluationFailed"),
        new Row(
            "request an evaluation twice and cancel it",
            STOPPED,
            STOPPED_TOO,
            askedAndCancelled,
            List.of(202, 200, 200),
            "CANCELLED",
            "EvaluationCancelled",
            null),
        same(
            "cancel an evaluation once more",
            STOPPED,
            STOPPED_TOO,
            CANCEL_EVALUATION,
            200,
            "CANCELLED",
            "EvaluationCancelled"));
  }

  private List<Row> unknown() {
    List<Row> rows = new ArrayList<>();
    for (String id : List.of("nobody", "no\0body")) {
      String shown = id.equals("nobody") ? "'nobody'" : "'no\\u0000body'";
      boolean possible = id.equals("nobody");
      rows.add(
          refusal(
              "cancel experiment " + shown,
              Subject.experiment(id),
              CANCEL_EXPERIMENT,
              404,
              DEAD_LETTER,
              "There is no experiment " + shown));
      rows.add(
          refusal(
              "delete experiment " + shown,
              Subject.experiment(id),
              DELETE_EXPERIMENT,
              404,
              DEAD_LETTER,
              "There is no experiment " + shown));
      rows.add(
          refusal(
              "resume experiment " + shown,
              Subject.experiment(id),
              RESUME,
              404,
              DEAD_LETTER,
              "There is no experiment " + shown));
      rows.add(
          refusal(
              "cancel job " + shown,
              Subject.job(id),
              CANCEL_JOB,
              404,
              DEAD_LETTER,
              "There is no job " + shown));
      rows.add(
          refusal(
              "cancel dataset " + shown,
              Subject.dataset(id),
              CANCEL_DATASET,
              404,
              possible ? "DatasetCancelled" : DEAD_LETTER,
              "There is no dataset " + shown));
      rows.add(
          refusal(
              "cancel evaluation " + shown,
              Subject.evaluation(id),
              CANCEL_EVALUATION,
              404,
              possible ? "EvaluationCancelled" : DEAD_LETTER,
              "There is no evaluation " + shown));
    }
    return rows;
  }

  private List<Row> wrong() {
    return WRONG.lines().map(EveryCommandByRestAndByEventIT::wrong).toList();
  }

  private static Row wrong(String line) {
    String[] of = line.split("\\|");
    Stream.iterate(0, i -> i + 1).limit(of.length).forEach(i -> of[i] = of[i].strip());
    String what = "%s with %s".formatted(of[0], of[1]);
    UnaryOperator<String> wrongly =
        right -> {
          assertThat(right).contains(of[2]);
          return of[2].isEmpty() ? of[3] : right.replace(of[2], of[3]);
        };
    return switch (of[0]) {
      case "experiment" ->
          refusal(
              what,
              Subject.experiment("wrong"),
              submit(wrongly.apply(EXPERIMENT)),
              400,
              of[4],
              of[5]);
      case "dataset" ->
          refusal(
              what, Subject.dataset("wrong"), request(wrongly.apply(SECTION)), 400, of[4], of[5]);
      default ->
          refusal(
              what,
              Subject.evaluation("wrong"),
              evaluate(wrongly.apply(EVALUATION)),
              400,
              of[4],
              of[5]);
    };
  }

  private void holds(Row row) {
    if (row.state() == null) {
      refused(row);
    } else {
      taken(row);
    }
  }

  /** Both do the same: what is shown of both, and what is told, is equal but for the name. */
  private void taken(Row row) {
    List<Integer> statuses = new ArrayList<>();
    for (Function<Subject, Call> call : row.calls()) {
      doors.send(row.event(), call.apply(row.event()));
      statuses.add(doors.post(row.rest(), call.apply(row.rest())).status());
    }

    assertThat(statuses).isEqualTo(row.statuses());
    JsonNode ofRest = doors.awaitView(row.rest(), row.state());
    JsonNode ofEvent = doors.awaitView(row.event(), row.state());
    assertThat(Doors.normal(ofEvent, row.event())).isEqualTo(Doors.normal(ofRest, row.rest()));
    if (row.answer() != null) {
      Doors.assertSame(doors.told(row.event(), row.answer()), ofEvent);
    }
  }

  /** Both refuse it in the same words, and leave everything as it was. */
  private void refused(Row row) {
    Call call = row.calls().get(0).apply(row.event());
    JsonNode before = doors.view(row.event());
    String eventId = doors.send(row.event(), call);
    Answer answer = doors.post(row.rest(), call);
    String reason =
        row.answer().equals(Row.DEAD_LETTER)
            ? doors.deadLetter(row.event(), eventId)
            : doors.told(row.event(), row.answer()).path("reason").asText();

    String detail = answer.body().path("detail").asText();
    assertThat(answer.status()).as(detail).isEqualTo(row.statuses().get(0));
    assertThat(detail).contains(row.words());
    assertThat(placeless(reason)).as("by event").isEqualTo(placeless(detail));
    assertThat(doors.view(row.event())).isEqualTo(before);
  }

  /** Words without where they stand: in an event, a specification stands one level deeper. */
  private static String placeless(String words) {
    return words.replaceAll(" at line \\d+, column \\d+", "").replace("Field 'spec.", "Field '");
  }

  /** Experiments by both doors and a request have one between them, which is built once. */
  private void oneDataset() throws IOException {
    String section =
        """
        {"survey": "%s", "group": "Harbour", "synthesis": {"respondents": 4}}
        """
            .formatted(SURVEY);
    Answer answer = doors.post(BUILT, request(section).apply(BUILT));

    assertThat(answer.status()).isEqualTo(200);
    String id = answer.body().path("id").asText();
    assertThat(id).isEqualTo(idOf(section));
    for (Subject experiment : List.of(TRAINED, TRAINED_TOO)) {
      assertThat(doors.view(experiment).path("dataset_id").asText()).isEqualTo(id);
    }
    Path outcome = doors.home().resolve("artifacts/builds/" + id + "/outcome.json");
    assertThat(Doors.json(Files.readString(outcome)).path("attempt").asInt()).isEqualTo(1);
  }

  private static String idOf(String section) {
    try {
      DatasetSpec spec = Json.SPECS.readValue(section, DatasetSpec.class);
      byte[] source = Files.readAllBytes(Path.of(URI.create(spec.survey())));
      byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(source);
      return spec.idFor(HexFormat.of().formatHex(sha256));
    } catch (IOException | NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String uri(String file) {
    return Path.of(file).toAbsolutePath().normalize().toUri().toString();
  }
}
