package io.gdpo.it.commands;

import io.gdpo.it.commands.Doors.Call;
import io.gdpo.it.commands.Doors.Subject;
import java.util.List;
import java.util.function.Function;

/**
 * A row of the table: the same asked for through both doors.
 *
 * @param rest what it is about by REST; the same as by event where it is refused
 * @param calls in their order
 * @param statuses of REST's answers
 * @param state that it is in afterwards; null where it is refused and leaves all as it was
 * @param answer the event that tells what came of it, or {@link #DEAD_LETTER}; null for none yet
 * @param words of the refusal
 */
record Row(
    String what,
    Subject rest,
    Subject event,
    List<Function<Subject, Call>> calls,
    List<Integer> statuses,
    String state,
    String answer,
    String words) {
  static final String DEAD_LETTER = "a dead letter";

  static final Function<Subject, Call> CANCEL_EXPERIMENT =
      cancel("ExperimentCancelRequested", "experiment");
  static final Function<Subject, Call> SUSPEND =
      order("suspend", "ExperimentSuspendRequested", "experiment");
  static final Function<Subject, Call> RESUME =
      order("resume", "ExperimentSuspendRequested", "suspend\": false, \"experiment");
  static final Function<Subject, Call> DELETE_EXPERIMENT =
      subject ->
          new Call(
              "DELETE",
              subject.address(),
              "",
              "ExperimentDeleteRequested",
              "{\"experiment\": \"" + subject.id().replace("\0", "\\u0000") + "\"}");
  static final Function<Subject, Call> CANCEL_JOB = cancel("JobCancelRequested", "job_id");
  static final Function<Subject, Call> CANCEL_DATASET =
      cancel("DatasetCancelRequested", "dataset_id");
  static final Function<Subject, Call> CANCEL_EVALUATION =
      cancel("EvaluationCancelRequested", "checkpoint_id\": \"%s\", \"evaluation_id");

  /** Both do it; each to a subject of its own, for it can be done once. */
  static Row same(
      String what,
      Subject rest,
      Subject event,
      Function<Subject, Call> call,
      int status,
      String state,
      String answer) {
    return new Row(what, rest, event, List.of(call), List.of(status), state, answer, null);
  }

  /** Both refuse it. */
  static Row refusal(
      String what,
      Subject about,
      Function<Subject, Call> call,
      int status,
      String answer,
      String words) {
    return new Row(what, about, about, List.of(call), List.of(status), null, answer, words);
  }

  static Function<Subject, Call> submit(String json) {
    return subject -> {
      String spec = json.replace("NAME", subject.id());
      return new Call("/experiments", spec, "ExperimentSubmitted", "{\"spec\": " + spec + "}");
    };
  }

  static Function<Subject, Call> request(String section) {
    return subject ->
        new Call(
            "/datasets",
            section,
            "DatasetRequested",
            "{\"dataset_id\": \"" + subject.id() + "\", \"spec\": " + section + "}");
  }

  static Function<Subject, Call> evaluate(String json) {
    return subject -> {
      String request = json.replace("NAME", subject.id());
      return new Call("/evaluations", request, "EvaluationRequested", request);
    };
  }

  private static Function<Subject, Call> cancel(String event, String field) {
    return order("cancel", event, field);
  }

  private static Function<Subject, Call> order(String order, String event, String field) {
    return subject -> {
      String id = subject.id().replace("\0", "\\u0000");
      return new Call(
          subject.address() + "/" + order,
          "",
          event,
          ("{\"" + field + "\": \"%s\"}").replace("%s", id));
    };
  }
}
