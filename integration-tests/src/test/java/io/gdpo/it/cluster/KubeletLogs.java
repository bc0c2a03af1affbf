package io.gdpo.it.cluster;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;

/**
 * The address of a kubelet, where the API server asks for what containers wrote: {@code GET
 * /containerLogs/NAMESPACE/POD/CONTAINER?tailLines=N}, by HTTPS.
 */
final class KubeletLogs implements AutoCloseable {
  private static final String PATH = "/containerLogs/";
  private static final Pattern ASKED =
      Pattern.compile(PATH + "[^/]+/([^/]+)/worker\\?tailLines=(\\d+)");
  private static final String PASSWORD = "changeit";

  private final HttpsServer server;
  private final Path folder;

  /**
   * @param pki with {@code tls.crt} and {@code tls.key} for 127.0.0.1, signed by whom the API
   *     server trusts, as tools/kubernetes makes them
   * @param folder with a file {@code POD.log} for each pod
   */
  KubeletLogs(Path pki, Path folder) {
    this.folder = folder;
    try {
      this.server =
          HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setHttpsConfigurator(new HttpsConfigurator(identity(pki)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    server.createContext(PATH, this::answer);
    server.start();
  }

  int port() {
    return server.getAddress().getPort();
  }

  /** The key is in a form that Java does not read. */
  private SSLContext identity(Path pki) throws IOException {
    Path keys = folder.resolve("kubelet.p12");
    Process openssl =
        new ProcessBuilder(
                "openssl",
                "pkcs12",
                "-export",
                "-in",
                pki.resolve("tls.crt").toString(),
                "-inkey",
                pki.resolve("tls.key").toString(),
                "-passout",
                "pass:" + PASSWORD,
                "-out",
                keys.toString())
            .inheritIO()
            .start();
    if (openssl.onExit().join().exitValue() != 0) {
      throw new IllegalStateException("openssl does not read the keys in " + pki);
    }
    try {
      char[] password = PASSWORD.toCharArray();
      KeyManagerFactory own =
          KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
      own.init(KeyStore.getInstance(keys.toFile(), password), password);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(own.getKeyManagers(), null, null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("Java does not read the keys in " + pki, e);
    }
  }

  private void answer(HttpExchange exchange) throws IOException {
    try (exchange) {
      Matcher asked = ASKED.matcher(exchange.getRequestURI().toString());
      if (!asked.matches()) {
        say(exchange, 400, "this kubelet does not know " + exchange.getRequestURI());
        return;
      }
      Path log = folder.resolve(asked.group(1) + ".log");
      if (!Files.exists(log)) {
        say(exchange, 404, "pod " + asked.group(1) + " has not run here");
        return;
      }
      List<String> lines = Files.readAllLines(log);
      int from = Math.max(0, lines.size() - Integer.parseInt(asked.group(2)));
      say(exchange, 200, String.join("\n", lines.subList(from, lines.size())) + "\n");
    }
  }

  private static void say(HttpExchange exchange, int code, String text) throws IOException {
    byte[] body = text.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().set("Content-Type", "text/plain");
    exchange.sendResponseHeaders(code, body.length);
    exchange.getResponseBody().write(body);
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
