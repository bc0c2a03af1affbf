package io.gdpo.group.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.gdpo.artifacts.source.Source;
import io.gdpo.artifacts.source.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WebSourceTest {
  private static final byte[] CONTENT =
      "0123456789".repeat(50_000).getBytes(StandardCharsets.US_ASCII);
  private static final char[] PASSWORD = "changeit".toCharArray();

  @TempDir Path folder;

  private final Queue<HttpHandler> faults = new ArrayDeque<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final List<Duration> waits = new ArrayList<>();
  private final List<String> lines = new ArrayList<>();
  private final Map<String, String> names = new HashMap<>(Map.of("data.example", "127.0.0.1"));
  private String etag = "\"one\"";
  private HttpServer server;
  private String here;

  @BeforeEach
  void start() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    serve(server);
    here = "data.example:" + server.getAddress().getPort();
  }

  private void serve(HttpServer started) {
    started.createContext(
        "/",
        exchange -> {
          String range = exchange.getRequestHeaders().getFirst("Range");
          asked.add(exchange.getRequestURI() + (range == null ? "" : " " + range));
          HttpHandler fault = faults.poll();
          (fault == null ? (HttpHandler) this::content : fault).handle(exchange);
          exchange.close();
        });
    started.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void content(HttpExchange exchange) throws IOException {
    String range = exchange.getRequestHeaders().getFirst("Range");
    boolean same = range != null && etag.equals(exchange.getRequestHeaders().getFirst("If-Range"));
    int from = same ? Integer.parseInt(range.replaceAll("bytes=|-$", "")) : 0;
    exchange.getResponseHeaders().set("ETag", etag);
    exchange
        .getResponseHeaders()
        .set("Content-Range", "bytes " + from + "-" + (CONTENT.length - 1) + "/" + CONTENT.length);
    exchange.sendResponseHeaders(same ? 206 : 200, CONTENT.length - from);
    exchange.getResponseBody().write(CONTENT, from, CONTENT.length - from);
  }

  /** As {@link #content}, but the connection is cut after so many bytes. */
  private HttpHandler cutAfter(int bytes) {
    return exchange -> {
      exchange.getResponseHeaders().set("ETag", etag);
      exchange.sendResponseHeaders(200, CONTENT.length);
      OutputStream out = exchange.getResponseBody();
      out.write(CONTENT, 0, bytes);
      out.flush();
    };
  }

  private static HttpHandler redirect(String location) {
    return exchange -> {
      exchange.getResponseHeaders().set("Location", location);
      exchange.sendResponseHeaders(302, -1);
    };
  }

  private static HttpHandler status(int status) {
    return exchange -> exchange.sendResponseHeaders(status, -1);
  }

  private Source fetch(String address, String hosts, String privateHosts) {
    return fetch(address, hosts, privateHosts, null);
  }

  private Source fetch(String address, String hosts, String privateHosts, SSLContext tls) {
    Map<String, String> environment =
        Map.of(
            "GDPO_FETCHED_FOLDER",
            folder.resolve("fetched").toString(),
            "GDPO_READABLE_HOSTS",
            hosts,
            "GDPO_READABLE_PRIVATE_HOSTS",
            privateHosts);
    return new WebSource(environment, tls == null ? ordinary() : tls, this::lookup, waits::add)
        .fetch(URI.create(address), true, lines::add);
  }

  private InetAddress[] lookup(String host) throws UnknownHostException {
    return InetAddress.getAllByName(names.getOrDefault(host, host));
  }

  private static SSLContext ordinary() {
    try {
      return SSLContext.getDefault();
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  private Source fetch(String path) {
    return fetch("http://" + here + path, "", here);
  }

  @Test
  void aFileOfAHostThatIsAllowedIsHereUnderItsNameWhateverItsQuery() {
    Source source = fetch("/data/train.jsonl.gz?version=2");

    assertThat(source.path()).hasFileName("train.jsonl.gz").hasBinaryContent(CONTENT);
    assertThat(source.revision()).isNull();
    assertThat(asked).containsExactly("/data/train.jsonl.gz?version=2");
    assertThat(lines).noneMatch(line -> line.contains("version=2"));
  }

  @Test
  void whatIsHereInThisVersionIsNotReceivedAgainAndAnotherVersionIs() {
    Path first = fetch("/a.jsonl").path();
    faults.add(cutAfter(10)); // of which nobody may take notice
    assertThat(fetch("/a.jsonl").path()).isEqualTo(first);
    assertThat(asked).hasSize(2);

    etag = "\"two\"";
    assertThat(fetch("/a.jsonl").path()).isNotEqualTo(first).hasBinaryContent(CONTENT);
  }

  @Test
  void aConnectionThatIsCutGoesOnWhereItStopped() {
    faults.add(cutAfter(200_000));
    faults.add(status(503));

    assertThat(fetch("/a.jsonl").path()).hasBinaryContent(CONTENT);
    assertThat(asked).hasSize(3).last().asString().matches("/a.jsonl bytes=[1-9][0-9]+-");
    assertThat(waits).containsExactly(Duration.ofSeconds(1), Duration.ofSeconds(2));
  }

  @Test
  void aFileThatChangedMeanwhileIsReceivedFromItsBeginning() {
    HttpHandler cut = cutAfter(200_000);
    faults.add(
        exchange -> {
          cut.handle(exchange);
          etag = "\"two\"";
        });

    assertThat(fetch("/a.jsonl").path()).hasBinaryContent(CONTENT);
  }

  @Test
  void aServerWithoutVersionsIsAskedForAllOfItAgain() {
    faults.add(
        exchange -> {
          exchange.sendResponseHeaders(200, CONTENT.length);
          exchange.getResponseBody().write(CONTENT, 0, 100);
        });

    assertThat(fetch("/a.jsonl").path()).hasBinaryContent(CONTENT);
    assertThat(asked).containsExactly("/a.jsonl", "/a.jsonl");
  }

  @Test
  void aServerThatStaysBrokenIsGivenUp() {
    for (int i = 0; i < 6; i++) {
      faults.add(status(500));
    }

    assertThatThrownBy(() -> fetch("/a.jsonl"))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("data.example does not serve it: it answers 500 (tried 6 times)");
    assertThat(waits).hasSize(5);
  }

  @Test
  void whatIsNotThereIsNotTriedAgain() {
    faults.add(status(404));

    assertThatThrownBy(() -> fetch("/a.jsonl")).hasMessageContaining("data.example answers 404");
    assertThat(waits).isEmpty();
  }

  @Test
  void whatIsTooLargeIsRefusedBeforeItComes() {
    faults.add(
        exchange -> {
          exchange.sendResponseHeaders(200, 5L << 30);
          exchange.getResponseBody().write(CONTENT);
        });

    assertThatThrownBy(() -> fetch("/a.jsonl"))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("more than 4,294,967,296 bytes");
  }

  @Test
  void aHostIsReadOnlyIfItIsAllowedWithItsPort() {
    assertThatThrownBy(() -> fetch("http://" + here + "/a.jsonl", "data.example", ""))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("nothing may be read of " + here)
        .hasMessageContaining("gdpo.artifacts.readable-hosts");
    assertThat(asked).isEmpty();
  }

  @Test
  void aHostThatIsFoundInAPrivateNetworkIsNotAskedUnlessThatIsAllowed() {
    for (String hosts : List.of(here, "*")) {
      assertThatThrownBy(() -> fetch("http://" + here + "/a.jsonl", hosts, ""))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining(here + " is 127.0.0.1, which is no address of the public internet")
          .hasMessageContaining("gdpo.artifacts.readable-private-hosts");
    }
    assertThat(asked).isEmpty();
    assertThat(waits).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"})
  void aNumberForThisMachineIsNoWayAround(String host) {
    String address = "http://" + host + ":" + server.getAddress().getPort() + "/a.jsonl";

    assertThatThrownBy(() -> fetch(address, host + ":" + server.getAddress().getPort(), ""))
        .hasMessageContaining("no address of the public internet");
    assertThat(asked).isEmpty();
  }

  @Test
  void aNameIsConnectedToWhereItWasFoundWhenItWasChecked() {
    List<String> lookups = new ArrayList<>();
    WebRequest.Lookup rebinding =
        host -> {
          lookups.add(host);
          return InetAddress.getAllByName(lookups.size() == 1 ? "127.0.0.1" : "8.8.8.8");
        };

    new WebSource(
            Map.of("GDPO_FETCHED_FOLDER", folder.toString(), "GDPO_READABLE_PRIVATE_HOSTS", here),
            ordinary(),
            rebinding,
            waits::add)
        .fetch(URI.create("http://" + here + "/a.jsonl"), true, lines::add);

    assertThat(lookups).containsExactly("data.example");
    assertThat(asked).hasSize(1);
  }

  @Test
  void aRedirectIsFollowedWhereItIsAllowedToLead() {
    faults.add(redirect("/b.jsonl?x=1"));

    assertThat(fetch("/a.jsonl").path()).hasFileName("a.jsonl").hasBinaryContent(CONTENT);
    assertThat(asked).containsExactly("/a.jsonl", "/b.jsonl?x=1");
  }

  @ParameterizedTest
  @CsvSource({
    "http://other.example/b.jsonl, nothing may be read of other.example",
    "http://169.254.169.254/latest/meta-data, nothing may be read of 169.254.169.254",
    "file:///etc/passwd, it is no https address",
    "http://user:pw@data.example/x, it names a user"
  })
  void aRedirectElsewhereIsRefused(String location, String why) {
    faults.add(redirect(location));

    assertThatThrownBy(() -> fetch("/a.jsonl"))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining("data.example redirects elsewhere: " + why);
  }

  @Test
  void aRedirectToAPrivateAddressIsRefusedWhereAllHostsAreAllowed() {
    faults.add(redirect("http://192.168.0.1/x.jsonl"));

    assertThatThrownBy(() -> fetch("http://" + here + "/a.jsonl", "*", here))
        .hasMessageContaining("192.168.0.1 is 192.168.0.1, which is no address of the public");
  }

  @Test
  void redirectsWithoutEndAreRefused() {
    for (int i = 0; i < 6; i++) {
      faults.add(redirect("/" + i + ".jsonl"));
    }

    assertThatThrownBy(() -> fetch("/a.jsonl"))
        .hasMessageContaining("more than 5 addresses in a row");
  }

  @ParameterizedTest
  @CsvSource({
    "https://data.example/, names no file",
    "https://data.example, names no file",
    "https://data.example/.digests, names no file",
    "https://user@data.example/a.jsonl, names a user",
    "https:/a.jsonl, no https address with a host"
  })
  void anAddressOfNoFileIsRefused(String address, String why) {
    assertThatThrownBy(() -> fetch(address, "*", ""))
        .isInstanceOf(SourceException.class)
        .hasMessageContaining(why);
  }

  @Test
  void overHttpsAServerShowsThatItIsTheOneThatWasNamed() throws Exception {
    Path store = folder.resolve("keys.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-dname",
                "CN=data.example",
                "-ext",
                "SAN=dns:data.example",
                "-storepass",
                new String(PASSWORD),
                "-keystore",
                store.toString())
            .inheritIO()
            .start();
    assertThat(keytool.waitFor()).isZero();
    SSLContext tls = context(store);
    HttpsServer https =
        HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    https.setHttpsConfigurator(new HttpsConfigurator(tls));
    serve(https);
    try {
      int port = https.getAddress().getPort();
      String secure = "data.example:" + port;
      names.put("other.example", "127.0.0.1");

      assertThat(fetch("https://" + secure + "/a.jsonl", "", secure, tls).path())
          .hasBinaryContent(CONTENT);
      String other = "other.example:" + port;
      assertThatThrownBy(() -> fetch("https://" + other + "/a.jsonl", "", other, tls))
          .isInstanceOf(SourceException.class)
          .hasMessageContaining("other.example cannot show who it is");
      assertThatThrownBy(() -> fetch("https://" + secure + "/a.jsonl", "", secure))
          .as("a certificate that nobody vouches for")
          .hasMessageContaining("data.example cannot show who it is");

      faults.add(redirect("http://" + here + "/a.jsonl"));
      assertThatThrownBy(
              () -> fetch("https://" + secure + "/b.jsonl", "", secure + " " + here, tls))
          .hasMessageContaining("redirects from https to http");
    } finally {
      https.stop(0);
    }
  }

  private static SSLContext context(Path store) throws Exception {
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, PASSWORD);
    }
    KeyManagerFactory own = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    own.init(keys, PASSWORD);
    KeyStore trusted = KeyStore.getInstance("PKCS12");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("mykey"));
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(own.getKeyManagers(), trust.getTrustManagers(), null);
    return context;
  }

  @Test
  void anAddressOfThePublicInternetIsTakenAndAnyOtherIsNot() throws UnknownHostException {
    for (String each :
        List.of("8.8.8.8", "172.32.0.1", "100.128.0.1", "2600::1", "64:ff9b::808:808")) {
      assertThat(PublicAddress.is(InetAddress.getByName(each))).as(each).isTrue();
    }
    for (String each :
        Arrays.asList(
            ("0.0.0.0 10.1.2.3 100.64.0.1 127.0.0.1 127.9.9.9 169.254.169.254 172.16.0.1"
                    + " 172.31.255.255 192.0.0.1 192.168.1.1 198.18.0.1 224.0.0.1 255.255.255.255"
                    + " :: ::1 fe80::1 fec0::1 fc00::1 fd12::1 ff02::1 ::ffff:10.0.0.1"
                    + " 64:ff9b::a00:1 2001::1 2001:db8::1 2002:a00:1::1")
                .split(" "))) {
      assertThat(PublicAddress.is(InetAddress.getByName(each))).as(each).isFalse();
    }
  }
}
