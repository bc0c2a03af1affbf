package io.gdpo.local.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** On real processes that answer by saying again what they are told. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SupervisionTest {
  private final BlockingQueue<String> news = new LinkedBlockingQueue<>();
  private final Supervision supervision =
      new Supervision(
          new Patience(Duration.ofMillis(50), Duration.ofMillis(300), 3), news::add, () -> {});
  private final Echo echo = new Echo();

  @AfterEach
  void stop() {
    supervision.close();
    echo.kill();
  }

  @Test
  void whatLivesWithoutAnsweringIsKilledAndStartedAgain() throws Exception {
    long before = echo.process.pid();
    supervision.watch(echo);

    signal("STOP", before);

    assertThat(awaitNews("killing it"))
        .contains("echo")
        .contains("3 questions")
        .contains("echo.log");
    awaitNews("was started again");
    assertThat(echo.process.pid()).isNotEqualTo(before);
    assertThat(ProcessHandle.of(before)).isEmpty();
    awaitState(Health.State.ANSWERS);
    assertThat(supervision.health("echo").restarts()).isEqualTo(1);
  }

  @Test
  void whatEndsIsStartedAgainAndItsEndIsTold() throws Exception {
    supervision.watch(echo);

    echo.process.destroyForcibly();

    assertThat(awaitNews("ended")).contains("signal 9").contains("starting it again in 1 s");
    assertThat(supervision.health("echo").state()).isEqualTo(Health.State.ENDED);
    awaitNews("was started again");
    awaitState(Health.State.ANSWERS);
  }

  @Test
  void whatIsSlowForAWhileIsLeftAlone() throws Exception {
    supervision.watch(echo);
    long pid = echo.process.pid();

    signal("STOP", pid);
    awaitState(Health.State.SILENT);
    signal("CONT", pid);

    awaitState(Health.State.ANSWERS);
    assertThat(echo.process.pid()).isEqualTo(pid);
    assertThat(supervision.health("echo").restarts()).isZero();
  }

  @Test
  void whatCannotBeStartedAgainIsTriedLaterAndSaysWhy() throws Exception {
    echo.refuses = true;
    supervision.watch(echo);
    echo.process.destroyForcibly();

    assertThat(awaitNews("could not be started again")).contains("the port is taken");
    assertThat(supervision.health("echo").words()).contains("the port is taken");
    echo.refuses = false;
    awaitNews("was started again");
  }

  private String awaitNews(String words) throws InterruptedException {
    while (true) {
      String line = news.take();
      if (line.contains(words)) {
        return line;
      }
    }
  }

  private void awaitState(Health.State state) throws InterruptedException {
    while (supervision.health("echo").state() != state) {
      TimeUnit.MILLISECONDS.sleep(10);
    }
  }

  private static void signal(String signal, long pid) throws Exception {
    assertThat(new ProcessBuilder("kill", "-" + signal, Long.toString(pid)).start().waitFor())
        .isZero();
  }

  /** {@code cat}. */
  private static final class Echo implements Part {
    private volatile Process process = cat();
    private volatile boolean refuses;
    private BufferedReader output = process.inputReader();

    private static Process cat() {
      try {
        return new ProcessBuilder("cat").start();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public String label() {
      return "echo";
    }

    @Override
    public Path log() {
      return Path.of("echo.log");
    }

    @Override
    public boolean isAlive() {
      return process.isAlive();
    }

    @Override
    public boolean answers(Duration limit) throws InterruptedException {
      try {
        process.getOutputStream().write('\n');
        process.getOutputStream().flush();
        BufferedReader answers = output;
        return CompletableFuture.supplyAsync(() -> read(answers))
            .get(limit.toMillis(), TimeUnit.MILLISECONDS);
      } catch (IOException | TimeoutException e) {
        return false;
      } catch (ExecutionException e) {
        throw new IllegalStateException(e);
      }
    }

    private static boolean read(BufferedReader answers) {
      try {
        return answers.readLine() != null;
      } catch (IOException e) {
        return false;
      }
    }

    @Override
    public String end() {
      return Part.ended(process.exitValue());
    }

    @Override
    public void kill() {
      process.destroyForcibly().onExit().join();
    }

    @Override
    public void startAgain() {
      if (refuses) {
        throw new IllegalStateException("the port is taken");
      }
      process = cat();
      output = process.inputReader();
    }

    @Override
    public void onEnd(Runnable told) {
      process.onExit().thenRun(told);
    }
  }
}
