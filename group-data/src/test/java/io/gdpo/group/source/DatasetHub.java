package io.gdpo.group.source;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;

/** A Hub on this machine with one dataset, {@code group/data}, at one commit. */
final class DatasetHub implements AutoCloseable {
  private final Map<String, byte[]> files = new TreeMap<>();
  private final List<String> downloaded = new CopyOnWriteArrayList<>();
  private final HttpServer server;
  private volatile String commit;

  DatasetHub(String commit) throws IOException {
    this.commit = commit;
    this.server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext("/api/datasets/group/data/revision/", this::answerRevision);
    server.createContext("/datasets/group/data/resolve/", this::answerFile);
    server.start();
  }

  String endpoint() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  DatasetHub put(String path, String content) {
    return put(path, content.getBytes(StandardCharsets.UTF_8));
  }

  DatasetHub put(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  /** The branch moves on. */
  void move(String laterCommit) {
    commit = laterCommit;
  }

  /** Paths of the files whose content was asked for. */
  List<String> downloaded() {
    return downloaded;
  }

  private void answerRevision(HttpExchange exchange) throws IOException {
    String json =
        files.keySet().stream()
            .map(f -> "{\"rfilename\": \"" + f + "\"}")
            .collect(
                Collectors.joining(", ", "{\"sha\": \"" + commit + "\", \"siblings\": [", "]}"));
    send(exchange, 200, json.getBytes(StandardCharsets.UTF_8));
  }

  private void answerFile(HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath().split("/", 6)[5].split("/", 2)[1];
    byte[] content = files.get(path);
    if (content == null) {
      send(exchange, 404, new byte[0]);
      return;
    }
    if (exchange.getRequestMethod().equals("GET")) {
      downloaded.add(path);
    }
    exchange.getResponseHeaders().set("X-Repo-Commit", commit);
    exchange.getResponseHeaders().set("ETag", "\"" + gitSha1(content) + "\"");
    send(exchange, 200, content);
  }

  private static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
      try (OutputStream out = exchange.getResponseBody()) {
        out.write(content);
      }
    }
    exchange.close();
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
