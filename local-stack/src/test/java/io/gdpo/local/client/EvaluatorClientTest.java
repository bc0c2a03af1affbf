package io.gdpo.local.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.gdpo.contracts.view.EvaluationProgress;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class EvaluatorClientTest {

  @Test
  void progressIsThatOfEvaluationsThatHaveNotEnded() throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/evaluations",
        exchange -> {
          boolean asked = exchange.getRequestURI().getQuery().contains("experiment=river");
          byte[] answer =
              """
              [{"checkpoint_id": "a", "status": "SUCCEEDED", "metrics": {"jsd": 0.1}},
               {"checkpoint_id": "b", "status": "RUNNING",
                "progress": {"work": "samples", "done": 40, "total": 120, "unit": "answers"}},
               {"checkpoint_id": "c", "status": "PENDING"}]
              """
                  .getBytes(StandardCharsets.UTF_8);
          exchange.sendResponseHeaders(asked ? 200 : 404, answer.length);
          exchange.getResponseBody().write(answer);
          exchange.close();
        });
    server.start();
    try {
      URI base = URI.create("http://127.0.0.1:" + server.getAddress().getPort());
      EvaluatorClient evaluator = new EvaluatorClient(new OneAddress(base));

      Map<String, Optional<EvaluationProgress>> progress = evaluator.progress("river");

      assertThat(progress).containsOnlyKeys("b", "c");
      assertThat(progress.get("b").map(EvaluationProgress::toString))
          .contains("samples: 40 of 120 answers");
      assertThat(progress.get("c")).isEmpty();
    } finally {
      server.stop(0);
    }
  }
}
