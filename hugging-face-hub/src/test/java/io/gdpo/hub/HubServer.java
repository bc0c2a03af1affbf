package io.gdpo.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;

/**
 * Speaks the Hub's API on this machine for one repository, {@code owner/name}, of a model or of a
 * dataset: small files are served by the Hub itself (by an address of their own, after a relative
 * redirect, where they are tokenizers), safetensors by a CDN, which is another server. A queued
 * fault answers instead.
 */
final class HubServer implements AutoCloseable {
  static final String REPOSITORY = "owner/name";
  static final String COMMIT = "0123456789abcdef0123456789abcdef01234567";
  static final HubRepository MODEL = HubRepository.model(REPOSITORY);

  static final HubRepository DATASET =
      new HubRepository(HubRepository.Kind.DATASET, "owner", "name", HubRepository.MAIN);

  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final HttpServer hub = server(this::answerAsHub);
  private final HttpServer cdn = server(this::answerAsCdn);
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, Queue<HttpHandler>> faults = new ConcurrentHashMap<>();
  private final List<Request> requests = new CopyOnWriteArrayList<>();
  private final HubRepository.Kind kind;
  private volatile String main = COMMIT;

  HubServer() {
    this(HubRepository.Kind.MODEL);
  }

  HubServer(HubRepository.Kind kind) {
    this.kind = kind;
  }

  /** What was asked, of the Hub or the CDN. */
  record Request(
      String server,
      String method,
      String path,
      Optional<String> range,
      Optional<String> authorization) {
    @Override
    public String toString() {
      return server + " " + method + " " + path + range.map(r -> " " + r).orElse("");
    }
  }

  private HttpServer server(HttpHandler handler) {
    try {
      HttpServer server =
          HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      server.setExecutor(threads);
      server.createContext("/", handler);
      server.start();
      return server;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A server of a repository that holds what a model needs. */
  static HubServer ofSmallModel() {
    HubServer server = new HubServer();
    server.put("config.json", "{\"model_type\": \"gpt2\"}\n");
    server.put("tokenizer.json", "{\"model\": {}}\n");
    server.put("tokenizer_config.json", "{\"eos_token\": \"<|endoftext|>\"}\n");
    server.put("README.md", "Not needed.\n");
    server.put("model.safetensors", "0123456789".repeat(30_000));
    return server;
  }

  void put(String path, String content) {
    files.put(path, content.getBytes(StandardCharsets.US_ASCII));
  }

  void remove(String path) {
    files.remove(path);
  }

  byte[] content(String path) {
    return files.get(path);
  }

  /** The commit that {@code main} stands for. */
  void moveMain(String commit) {
    main = commit;
  }

  URI endpoint() {
    return address(hub);
  }

  private static URI address(HttpServer server) {
    return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
  }

  /**
   * Answers the next request of this kind by the fault; several are taken in order.
   *
   * @param request for example {@code "hub HEAD config.json"}, by the path's last part
   */
  HubServer once(String request, HttpHandler fault) {
    faults.computeIfAbsent(request, r -> new ConcurrentLinkedQueue<>()).add(fault);
    return this;
  }

  List<Request> requests() {
    return requests;
  }

  /** The requests to one of the two servers. */
  List<Request> requests(String server) {
    return requests.stream().filter(r -> r.server().equals(server)).toList();
  }

  /** Ends with a status and the Hub's code for it. */
  static HttpHandler refusal(int status, String errorCode) {
    return exchange -> {
      exchange.getResponseHeaders().set("X-Error-Code", errorCode);
      exchange.sendResponseHeaders(status, -1);
    };
  }

  private void answerAsHub(HttpExchange exchange) throws IOException {
    if (isFaultyOrLogged("hub", exchange)) {
      return;
    }
    String path = exchange.getRequestURI().getPath();
    boolean dataset = kind == HubRepository.Kind.DATASET;
    String revisions =
        "/api/" + (dataset ? "datasets" : "models") + "/" + REPOSITORY + "/revision/";
    String resolved = (dataset ? "/datasets/" : "/") + REPOSITORY + "/resolve/";
    String resolveCache = "/api/resolve-cache/models/" + REPOSITORY + "/";
    if (path.startsWith(revisions)) {
      answerRevision(exchange, path.substring(revisions.length()));
    } else if (path.startsWith(resolved)) {
      answerFile(exchange, path.substring(resolved.length()).split("/", 2)[1]);
    } else if (path.startsWith(resolveCache)) {
      content(exchange, files.get(path.substring(path.lastIndexOf('/') + 1)));
    } else {
      refusal(404, "RepoNotFound").handle(exchange);
    }
  }

  private void answerRevision(HttpExchange exchange, String revision) throws IOException {
    if (!List.of("main", "refs/pr/1", main).contains(revision)) {
      refusal(404, "RevisionNotFound").handle(exchange);
      return;
    }
    byte[] json =
        files.keySet().stream()
            .map("{\"rfilename\": \"%s\"}"::formatted)
            .collect(Collectors.joining(", ", "{\"sha\": \"" + main + "\", \"siblings\": [", "]}"))
            .getBytes(StandardCharsets.UTF_8);
    send(exchange, 200, json);
  }

  private void answerFile(HttpExchange exchange, String file) throws IOException {
    exchange.getResponseHeaders().set("X-Repo-Commit", main);
    byte[] content = files.get(file);
    if (content == null) {
      refusal(404, "EntryNotFound").handle(exchange);
    } else if (file.matches(".*\\.(safetensors|parquet)")) {
      exchange.getResponseHeaders().set("X-Linked-Etag", "\"" + sha256(content) + "\"");
      exchange.getResponseHeaders().set("X-Linked-Size", Integer.toString(content.length));
      redirect(exchange, address(cdn) + "/signed/" + file);
    } else if (file.startsWith("tokenizer")) {
      redirect(exchange, "/api/resolve-cache/models/" + REPOSITORY + "/" + main + "/" + file);
    } else {
      content(exchange, content);
    }
  }

  static void redirect(HttpExchange exchange, String location) throws IOException {
    exchange.getResponseHeaders().set("Location", location);
    exchange.sendResponseHeaders(302, -1);
  }

  private void answerAsCdn(HttpExchange exchange) throws IOException {
    if (isFaultyOrLogged("cdn", exchange)) {
      return;
    }
    content(exchange, files.get(exchange.getRequestURI().getPath().split("/", 3)[2]));
  }

  private boolean isFaultyOrLogged(String server, HttpExchange exchange) throws IOException {
    String path = exchange.getRequestURI().getPath();
    requests.add(
        new Request(
            server,
            exchange.getRequestMethod(),
            path.substring(path.lastIndexOf('/') + 1),
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range")),
            Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))));
    Queue<HttpHandler> queued =
        faults.getOrDefault(
            server
                + " "
                + exchange.getRequestMethod()
                + " "
                + path.substring(path.lastIndexOf('/') + 1),
            new ConcurrentLinkedQueue<>());
    HttpHandler fault = queued.poll();
    if (fault == null) {
      return false;
    }
    fault.handle(exchange);
    exchange.close();
    return true;
  }

  /** Content or the range of it that is asked for. */
  private static void content(HttpExchange exchange, byte[] content) throws IOException {
    exchange.getResponseHeaders().set("ETag", "\"" + gitSha1(content) + "\"");
    String range = exchange.getRequestHeaders().getFirst("Range");
    int from = range == null ? 0 : Integer.parseInt(range.replaceAll("bytes=|-$", ""));
    if (range != null) {
      exchange
          .getResponseHeaders()
          .set(
              "Content-Range",
              "bytes %d-%d/%d".formatted(from, content.length - 1, content.length));
    }
    byte[] part = Arrays.copyOfRange(content, from, content.length);
    send(exchange, range == null ? 200 : 206, part);
  }

  static void send(HttpExchange exchange, int status, byte[] content) throws IOException {
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(content.length));
      exchange.sendResponseHeaders(status, -1);
      return;
    }
    exchange.sendResponseHeaders(status, content.length == 0 ? -1 : content.length);
    try (OutputStream out = exchange.getResponseBody()) {
      out.write(content);
    }
  }

  static String sha256(byte[] content) {
    return hash("SHA-256", content);
  }

  static String gitSha1(byte[] content) {
    byte[] head = ("blob " + content.length + "\0").getBytes(StandardCharsets.US_ASCII);
    byte[] all = Arrays.copyOf(head, head.length + content.length);
    System.arraycopy(content, 0, all, head.length, content.length);
    return hash("SHA-1", all);
  }

  private static String hash(String algorithm, byte[] content) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(content));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    hub.stop(0);
    cdn.stop(0);
    threads.shutdownNow();
  }
}
