package io.gdpo.local.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.local.Gdpo;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UploadCommandTest {
  @TempDir Path folder;

  @Test
  void theAddressAndTheLinesForTheExperimentFileArePrinted() throws Exception {
    List<String> tokens = new ArrayList<>();
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/datasets/uploads",
        exchange -> {
          tokens.add(exchange.getRequestHeaders().getFirst("Authorization"));
          exchange.getRequestBody().readAllBytes();
          byte[] answer =
              "{\"uri\": \"s3://b/uploads/1/mine.csv\", \"bytes\": 3, \"sha256\": \"00\"}"
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(201, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort();

      String printed = run(url, Files.writeString(folder.resolve("mine.csv"), "abc"));

      assertThat(printed)
          .isEqualTo(
              """
              s3://b/uploads/1/mine.csv

              In the experiment file:
              dataset:
                survey: s3://b/uploads/1/mine.csv
              (If it holds ready examples, 'examples' instead of 'survey'.)
              """);
      assertThat(tokens).containsExactly("Bearer mine");
    } finally {
      server.stop(0);
    }
  }

  @Test
  void whoSubmitsDataOfTheirOwnMachineToASystemElsewhereIsToldOfUploads() throws IOException {
    Path survey = Files.createFile(folder.resolve("survey.csv"));

    assertThat(SubmitCommand.hint(of(survey.toUri().toString())))
        .hasValueSatisfying(hint -> assertThat(hint).endsWith("gdpo upload " + survey));
    assertThat(SubmitCommand.hint(of("s3://b/survey.csv"))).isEmpty();
    assertThat(SubmitCommand.hint(of(folder.resolve("of-the-system.csv").toUri().toString())))
        .isEmpty();
    assertThat(SubmitCommand.hint(of(null))).isEmpty();
  }

  private static DatasetSpec of(String survey) {
    return new DatasetSpec(null, survey, null, "A", null, null, null, null, null, null);
  }

  /** In a process of its own, which alone has an environment of its own. */
  private static String run(String url, Path file) throws Exception {
    ProcessBuilder gdpo =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp",
                System.getProperty("java.class.path"),
                Gdpo.class.getName(),
                "upload",
                file.toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    gdpo.environment().put("GDPO_TRAINER_URL", url);
    gdpo.environment().put("GDPO_DATASET_URL", url);
    gdpo.environment().put("GDPO_TOKEN", "mine");
    Process process = gdpo.start();
    String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(20, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(printed).isZero();
    return printed;
  }
}
