package io.gdpo.benchmark.side;

import static org.assertj.core.api.Assertions.assertThat;

import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.Levers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The protocol between a benchmark and its sides. */
class WorkerTest {
  private static final Request.Work WORK =
      new Request.Work(
          "gdpo", "m", "r", "e", 4, 0.1, 5e-7, 10, "float32", false, 1, 1, Levers.ALL, "cpu");

  private final List<Integer> done = new ArrayList<>();

  @Test
  void each_request_has_one_reply_in_order() throws Exception {
    List<Reply> replies =
        answers(Request.prepare(WORK), Request.measure(), Request.steps(3, 2), Request.memory());

    assertThat(replies).hasSize(4);
    assertThat(replies.get(0).ready()).startsWith("Java");
    assertThat(replies.get(1).values()).isEqualTo(Map.of("loss", 4.0));
    assertThat(replies.get(2).seconds()).hasSize(2).allMatch(seconds -> seconds >= 0);
    assertThat(replies.get(2).gflop()).containsExactly(3.0, 4.0);
    assertThat(replies.get(3).peakBytes()).isGreaterThanOrEqualTo(replies.get(3).startBytes());
    assertThat(done).containsExactly(3, 4);
  }

  @Test
  void nothing_is_computed_before_it_is_asked_for() throws Exception {
    answers(Request.prepare(WORK), Request.measure());

    assertThat(done).isEmpty();
  }

  @Test
  void what_cannot_be_done_is_answered_and_the_next_request_too() throws Exception {
    List<Reply> replies = answers(Request.steps(0, 1), Request.prepare(WORK));

    assertThat(replies.get(0).error()).contains("prepare first");
    assertThat(replies.get(1).ready()).isNotNull();
  }

  @Test
  void a_request_survives_its_way_to_the_other_side() throws Exception {
    Request request = Request.prepare(WORK.in("bfloat16").withCachedReference());

    String line = Json.SPECS.writeValueAsString(request);

    assertThat(line).contains("\"batch_size\":4", "\"cached_reference\":true").doesNotContain("\n");
    assertThat(Json.SPECS.readValue(line, Request.class)).isEqualTo(request);
  }

  @Test
  void a_profile_needs_something_prepared() throws Exception {
    assertThat(answers(Request.profile(0)).get(0).error()).contains("prepare first");
  }

  private List<Reply> answers(Request... requests) throws Exception {
    StringBuilder lines = new StringBuilder();
    for (Request request : requests) {
      lines.append(Json.SPECS.writeValueAsString(request)).append('\n');
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (Worker worker = new Worker(Counting::new);
        PrintStream answers = new PrintStream(out, true, StandardCharsets.UTF_8)) {
      worker.serve(
          new ByteArrayInputStream(lines.toString().getBytes(StandardCharsets.UTF_8)), answers);
    }
    List<Reply> replies = new ArrayList<>();
    for (String line : out.toString(StandardCharsets.UTF_8).lines().toList()) {
      replies.add(Json.SPECS.readValue(line, Reply.class));
    }
    return replies;
  }

  private final class Counting implements Computation {
    private final Request.Work work;

    Counting(Request.Work work) {
      this.work = work;
    }

    @Override
    public Map<String, Double> measure() {
      return Map.of("loss", (double) work.batchSize());
    }

    @Override
    public double step(int step) {
      done.add(step);
      return step;
    }

    @Override
    public void close() {}
  }
}
