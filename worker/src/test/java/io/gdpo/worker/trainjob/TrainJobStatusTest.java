package io.gdpo.worker.trainjob;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.gdpo.artifacts.process.ExitCode;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.JobFolder;
import io.gdpo.contracts.job.TrainingJob;
import io.gdpo.contracts.job.TrainingProgress;
import io.gdpo.contracts.state.Phase;
import io.gdpo.testmodels.SmallGroup;
import io.gdpo.worker.Worker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Against a real HTTPS server of another certificate authority than the JDK's. */
class TrainJobStatusTest {
  private static final String SECRET = "first-token";

  @TempDir private static Path shared;
  private static Path keys;
  private static Path othersKeys;

  @TempDir private Path folder;
  private final ByteArrayOutputStream console = new ByteArrayOutputStream();
  private final HandMovedPosts posts = new HandMovedPosts();
  private Path token;
  private Controller controller;

  /** Runs at once what is due at once, and the rest when it is told to. */
  private static final class HandMovedPosts extends ScheduledThreadPoolExecutor {
    final AtomicLong now = new AtomicLong();
    final List<Duration> pauses = new CopyOnWriteArrayList<>();
    final BlockingQueue<Runnable> later = new LinkedBlockingQueue<>();

    HandMovedPosts() {
      super(1);
    }

    @Override
    public ScheduledFuture<?> schedule(Runnable task, long delay, TimeUnit unit) {
      if (delay == 0) {
        return super.schedule(task, delay, unit);
      }
      pauses.add(Duration.of(delay, unit.toChronoUnit()));
      later.add(task);
      return null;
    }

    /** Lets the next post be due. */
    void pass() throws InterruptedException {
      Runnable due = later.poll(30, TimeUnit.SECONDS);
      assertThat(due).as("a post to come").isNotNull();
      now.addAndGet(TrainJobStatus.BETWEEN_POSTS.toNanos());
      execute(due);
    }
  }

  @BeforeAll
  static void makeKeys() throws Exception {
    CompletableFuture<Path> others =
        CompletableFuture.supplyAsync(() -> Controller.makeKeys(shared.resolve("others")));
    keys = Controller.makeKeys(shared.resolve("ours"));
    othersKeys = others.get();
  }

  @BeforeEach
  void open() throws Exception {
    token = Files.writeString(folder.resolve("token"), SECRET + "\n");
    controller = new Controller(keys, 0);
  }

  @AfterEach
  void close() {
    controller.close();
    posts.shutdownNow();
    assertThat(said()).doesNotContain(SECRET);
  }

  private TrainJobStatus status() {
    return status(Controller.certificate(keys), Duration.ofSeconds(30));
  }

  private TrainJobStatus status(Path authority, Duration limit) {
    return new TrainJobStatus(
        new StatusServer(URI.create(controller.url()), authority, token, limit),
        new PrintStream(console, true, StandardCharsets.UTF_8),
        posts,
        posts.now::get);
  }

  private String said() {
    return console.toString(StandardCharsets.UTF_8);
  }

  /** What was said to the trouble so far, without what changes with it. */
  private List<String> troubles() {
    return said()
        .lines()
        .map(
            line ->
                line.replace("The TrainJob cannot be told how training goes, which goes on: ", ""))
        .toList();
  }

  private static TrainingProgress line(Phase phase, long step) {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("loss", 0.5 / (step + 1));
    metrics.put("rewards/margin", 1e-7);
    return new TrainingProgress(phase, step, 40, 32 * step, step / 20.0, metrics, 900, 77.6 - step);
  }

  @Test
  void what_is_posted_is_kubeflows_schema_of_a_trainer_status() throws Exception {
    TrainJobStatus status = status();
    Instant before = Instant.now().minusSeconds(1);

    status.accept(line(Phase.EVAL, 0));
    JsonNode first = trainerStatus(controller.next());
    status.accept(line(Phase.TRAIN, 13));
    posts.pass();
    Controller.Asked asked = controller.next();

    assertThat(asked.method()).isEqualTo("POST");
    assertThat(asked.contentType()).isEqualTo("application/json");
    JsonNode second = trainerStatus(asked);
    String updated = second.path("lastUpdatedTime").asText();
    assertThat(updated).matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ");
    assertThat(Instant.parse(updated)).isBetween(before, Instant.now());
    assertThat(second)
        .isEqualTo(
            Json.EVENTS.readTree(
                """
                {
                  "progressPercentage": 32,
                  "estimatedRemainingSeconds": 65,
                  "metrics": [
                    {"name": "current_epoch", "value": "0.65"},
                    {"name": "current_step", "value": "13"},
                    {"name": "eval_loss", "value": "0.5"},
                    {"name": "eval_rewards/margin", "value": "1.0E-7"},
                    {"name": "loss", "value": "0.03571428571428571"},
                    {"name": "rewards/margin", "value": "1.0E-7"},
                    {"name": "total_steps", "value": "40"}
                  ],
                  "lastUpdatedTime": "%s"
                }
                """
                    .formatted(updated)));
    assertThat(first.path("progressPercentage").asInt()).isZero();
    assertThat(first.has("estimatedRemainingSeconds")).as("nothing is known yet").isFalse();
  }

  private static JsonNode trainerStatus(Controller.Asked asked) throws IOException {
    JsonNode body = Json.EVENTS.readTree(asked.body());
    assertThat(body.fieldNames()).toIterable().containsExactly("trainerStatus");
    return body.path("trainerStatus");
  }

  @Test
  void of_many_lines_the_latest_is_posted_every_five_seconds_and_the_end_at_once()
      throws Exception {
    TrainJobStatus status = status();

    status.accept(line(Phase.TRAIN, 4));
    assertThat(controller.next().percentage()).isEqualTo(10);
    posts.now.addAndGet(Duration.ofSeconds(2).toNanos());
    status.accept(line(Phase.TRAIN, 8));
    status.accept(line(Phase.TRAIN, 12));
    assertThat(posts.pauses).containsExactly(Duration.ofSeconds(3));
    posts.pass();
    assertThat(controller.next().percentage()).isEqualTo(30);
    status.accept(line(Phase.TRAIN, 40));
    status.end(true);
    Controller.Asked last = controller.next();

    assertThat(last.percentage()).as("99 at most while it trains").isEqualTo(100);
    assertThat(trainerStatus(last).path("estimatedRemainingSeconds").asInt(-1)).isZero();
    assertThat(last.body()).contains("\"current_step\",\"value\":\"40\"");
    assertThat(controller.asked).isEmpty();
    assertThat(said()).isEmpty();
  }

  @Test
  void what_ends_otherwise_than_well_is_not_said_to_be_done() throws Exception {
    TrainJobStatus status = status();
    status.accept(line(Phase.TRAIN, 4));
    controller.next();

    status.accept(line(Phase.TRAIN, 40));
    status.end(false);

    assertThat(controller.next().percentage()).isEqualTo(99);
    assertThat(controller.asked).isEmpty();
  }

  @Test
  void a_token_that_is_renewed_is_taken_for_the_next_post() throws Exception {
    TrainJobStatus status = status();

    status.accept(line(Phase.TRAIN, 1));
    assertThat(controller.next().authorization()).isEqualTo("Bearer " + SECRET);
    Files.writeString(token, "second-token");
    status.accept(line(Phase.TRAIN, 2));
    posts.pass();

    assertThat(controller.next().authorization()).isEqualTo("Bearer second-token");
  }

  @Test
  void a_refusal_is_said_once_and_again_when_it_changes_or_is_over() throws Exception {
    TrainJobStatus status = status();
    controller.code = 401;
    controller.words = "{\"message\": \"Forbidden\"}";

    status.accept(line(Phase.TRAIN, 4));
    controller.next();
    posts.pass();
    controller.next();
    controller.code = 500;
    controller.words = "";
    posts.pass();
    controller.next();
    controller.code = 302;
    posts.pass();
    controller.next();
    controller.code = 200;
    posts.pass();
    assertThat(controller.next().percentage()).as("what was not taken").isEqualTo(10);
    status.end(true);

    assertThat(troubles())
        .containsExactly(
            "it answers 401 {\"message\": \"Forbidden\"}",
            "it answers 500 ",
            "it answers 302 ",
            "The TrainJob is told again how training goes");
  }

  @Test
  void a_server_that_is_down_holds_nothing_up_and_is_found_again() throws Exception {
    TrainJobStatus status = status();
    int port = controller.port();
    controller.close();

    status.accept(line(Phase.TRAIN, 4));
    posts.pass(); // which was scheduled when the first had failed
    Runnable third = posts.later.poll(30, TimeUnit.SECONDS);
    controller = new Controller(keys, port);
    posts.later.add(third);
    posts.pass();

    assertThat(controller.next().percentage()).isEqualTo(10);
    status.end(true);
    assertThat(troubles())
        .hasSize(2)
        .last()
        .isEqualTo("The TrainJob is told again how training goes");
  }

  @Test
  void a_server_that_does_not_answer_holds_nothing_up() throws Exception {
    controller.code = 0;
    TrainJobStatus status = status(Controller.certificate(keys), Duration.ofMillis(100));

    status.accept(line(Phase.TRAIN, 4));
    status.accept(line(Phase.TRAIN, 8)); // returns while the first is being posted
    status.end(true);

    assertThat(troubles()).containsExactly("no answer in 100 ms");
  }

  @Test
  void a_server_of_another_certificate_is_told_nothing() throws Exception {
    TrainJobStatus status = status(Controller.certificate(othersKeys), Duration.ofSeconds(30));

    status.accept(line(Phase.TRAIN, 4));
    status.end(true);

    assertThat(troubles()).hasSize(1).first().asString().contains("PKIX", "others/ca.crt");
    assertThat(controller.asked).isEmpty();
  }

  @Test
  void a_certificate_authority_that_is_renewed_is_trusted_for_the_next_post() throws Exception {
    Path authority = folder.resolve("ca.crt");
    Files.copy(Controller.certificate(othersKeys), authority);
    TrainJobStatus status = status(authority, Duration.ofSeconds(30));

    status.accept(line(Phase.TRAIN, 4));
    Runnable again = posts.later.poll(30, TimeUnit.SECONDS);
    Files.writeString(authority, Files.readString(Controller.certificate(keys)));
    posts.later.add(again);
    posts.pass();

    assertThat(controller.next().percentage()).isEqualTo(10);
  }

  @Test
  void files_that_are_missing_or_hold_something_else_are_named() throws Exception {
    Path authority = Files.writeString(folder.resolve("ca.crt"), "");
    TrainJobStatus status = status(authority, Duration.ofSeconds(30));

    status.accept(line(Phase.TRAIN, 4));
    List<String> wrong =
        List.of("", "-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----\n");
    for (String content : wrong) {
      Runnable again = posts.later.poll(30, TimeUnit.SECONDS);
      Files.writeString(authority, content);
      posts.later.add(again);
      posts.pass();
    }
    for (String content : List.of(" \n", SECRET + "\n" + SECRET)) {
      Runnable again = posts.later.poll(30, TimeUnit.SECONDS);
      Files.writeString(token, content);
      posts.later.add(again);
      posts.pass();
    }
    Runnable again = posts.later.poll(30, TimeUnit.SECONDS);
    Files.delete(token);
    posts.later.add(again);
    posts.pass();
    status.end(true);

    assertThat(troubles()).hasSize(5);
    assertThat(troubles().get(0)).contains("ca.crt holds no certificate");
    assertThat(troubles().get(1)).contains("ca.crt cannot be read");
    assertThat(troubles().get(2)).contains("token holds no token");
    assertThat(troubles().get(3)).contains("token holds is no token");
    assertThat(troubles().get(4)).contains("NoSuchFileException", "token");
  }

  @Test
  void without_a_trainjob_nothing_is_told_and_variables_that_make_no_sense_are_named() {
    PrintStream out = new PrintStream(console, true, StandardCharsets.UTF_8);
    String url = TrainJobStatus.URL;

    assertThat(TrainJobStatus.of(Map.of(), out)).isEmpty();
    assertThat(said()).isEmpty();
    assertThat(TrainJobStatus.of(Map.of(url, "https://h"), out)).isEmpty();
    assertThat(
            TrainJobStatus.of(
                Map.of(url, "h:1", TrainJobStatus.CA_CERT, "c", TrainJobStatus.TOKEN, "t"), out))
        .isEmpty();
    assertThat(said())
        .contains(TrainJobStatus.CA_CERT + " is not")
        .contains("invalid URI scheme h");
  }

  @Test
  void a_worker_of_a_trainjob_tells_how_it_trains_and_that_it_is_done() throws Exception {
    SmallGroup group = SmallGroup.in(folder);
    TrainingJob job = group.job("job", Map.of("loss", "sft", "epochs", 1));
    JobFolder of = group.folder(job);
    Files.createDirectories(of.root());
    Files.write(of.job(), Json.EVENTS.writeValueAsBytes(job));
    Path log = folder.resolve("log");
    ProcessBuilder worker =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                Worker.class.getName(),
                "train",
                "--job",
                of.job().toUri().toString())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    worker
        .environment()
        .putAll(
            Map.of(
                TrainJobStatus.URL, controller.url(),
                TrainJobStatus.CA_CERT, Controller.certificate(keys).toString(),
                TrainJobStatus.TOKEN, token.toString()));

    Process process = worker.start();

    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(Files.readString(log)).isEqualTo(ExitCode.DONE);
    List<Controller.Asked> asked = new ArrayList<>(controller.asked);
    assertThat(asked).hasSizeGreaterThan(1);
    assertThat(asked.get(0).percentage()).isZero();
    assertThat(asked.get(asked.size() - 1).percentage()).isEqualTo(100);
    assertThat(asked.get(asked.size() - 1).body()).contains("\"eval_loss\"", "\"grad_norm\"");
  }
}
