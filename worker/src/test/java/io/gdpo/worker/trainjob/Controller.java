package io.gdpo.worker.trainjob;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The controller of TrainJobs as a worker meets it: an HTTPS server with a certificate of its own.
 */
final class Controller implements AutoCloseable {
  private static final String PASSWORD = "changeit";
  private static final String PATH =
      "/apis/trainer.kubeflow.org/v1alpha1/namespaces/n/trainjobs/t/status";

  private final HttpsServer server;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final CountDownLatch closed = new CountDownLatch(1);
  final BlockingQueue<Asked> asked = new LinkedBlockingQueue<>();

  /** What it answers; nothing at all if 0. */
  volatile int code = 200;

  volatile String words = "{}";

  /** A request. */
  record Asked(String method, String authorization, String contentType, String body) {
    int percentage() {
      try {
        return Json.EVENTS.readTree(body).at("/trainerStatus/progressPercentage").asInt(-1);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /**
   * @param keys of {@link #makeKeys}
   * @param port 0 for any
   */
  Controller(Path keys, int port) throws IOException, GeneralSecurityException {
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray()), PASSWORD.toCharArray());
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), null, null);
    server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    server.createContext(PATH, this::answer);
    server.setExecutor(threads);
    server.start();
  }

  /** A key with a certificate for 127.0.0.1, signed by itself; the certificate lies beside it. */
  static Path makeKeys(Path folder) {
    try {
      Path keys = Files.createDirectories(folder).resolve("keys.p12");
      Path log = folder.resolve("keytool.log");
      String keytool = Path.of(System.getProperty("java.home"), "bin", "keytool").toString();
      String options =
          "-J-XX:TieredStopAtLevel=1 -genkeypair -alias key -keyalg EC -dname CN=controller"
              + " -ext san=ip:127.0.0.1 -validity 2 -storetype PKCS12 -storepass "
              + PASSWORD;
      List<String> command = new ArrayList<>(List.of(keytool, "-keystore", keys.toString()));
      command.addAll(List.of(options.split(" ")));
      if (new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start()
              .waitFor()
          != 0) {
        throw new IllegalStateException(Files.readString(log));
      }
      byte[] certificate =
          KeyStore.getInstance(keys.toFile(), PASSWORD.toCharArray())
              .getCertificate("key")
              .getEncoded();
      Files.writeString(
          certificate(keys),
          "-----BEGIN CERTIFICATE-----\n"
              + Base64.getMimeEncoder().encodeToString(certificate)
              + "\n-----END CERTIFICATE-----\n");
      return keys;
    } catch (IOException | GeneralSecurityException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  static Path certificate(Path keys) {
    return keys.resolveSibling("ca.crt");
  }

  private void answer(HttpExchange exchange) throws IOException {
    int now = code;
    byte[] answer = words.getBytes(StandardCharsets.UTF_8);
    try (exchange) {
      asked.add(
          new Asked(
              exchange.getRequestMethod(),
              exchange.getRequestHeaders().getFirst("Authorization"),
              exchange.getRequestHeaders().getFirst("Content-Type"),
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8)));
      if (now == 0) {
        closed.await();
        return;
      }
      exchange.sendResponseHeaders(now, answer.length);
      exchange.getResponseBody().write(answer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** The next request. */
  Asked next() throws InterruptedException {
    Asked next = asked.poll(30, TimeUnit.SECONDS);
    if (next == null) {
      throw new AssertionError("nothing is posted");
    }
    return next;
  }

  String url() {
    return "https://127.0.0.1:" + port() + PATH;
  }

  int port() {
    return server.getAddress().getPort();
  }

  @Override
  public void close() {
    closed.countDown();
    server.stop(0);
    threads.shutdownNow();
  }
}
