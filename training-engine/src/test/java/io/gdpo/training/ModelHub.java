package io.gdpo.training;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A Hub on this machine with one repository, {@code group/model}, whose files are a folder's. */
public final class ModelHub implements AutoCloseable {
  private final Path folder;
  private final HttpServer server;
  private volatile String commit;

  public ModelHub(Path folder, String commit) throws IOException {
    this.folder = folder;
    this.commit = commit;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/models/group/model/revision/", this::answerRevision);
    server.createContext("/group/model/resolve/", this::answerFile);
    server.start();
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** The branch moves on. */
  public void move(String laterCommit) {
    commit = laterCommit;
  }

  private void answerRevision(HttpExchange exchange) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      String json =
          files
              .map(f -> "{\"rfilename\": \"" + f.getFileName() + "\"}")
              .collect(
                  Collectors.joining(", ", "{\"sha\": \"" + commit + "\", \"siblings\": [", "]}"));
      send(exchange, json.getBytes(StandardCharsets.UTF_8));
    }
  }

  private void answerFile(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    byte[] content = Files.readAllBytes(folder.resolve(path.substring(path.lastIndexOf('/') + 1)));
    exchange.getResponseHeaders().set("X-Repo-Commit", commit);
    exchange.getResponseHeaders().set("ETag", "\"" + gitSha1(content) + "\"");
    send(exchange, content);
  }

  private static void send(HttpExchange exchange, byte[] content) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(200, -1);
      return;
    }
    exchange.sendResponseHeaders(200, content.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(content);
    }
  }

  private static String gitSha1(byte[] content) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII));
      return HexFormat.of().formatHex(digest.digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
