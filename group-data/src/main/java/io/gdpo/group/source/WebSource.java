package io.gdpo.group.source;

import io.gdpo.artifacts.Blob;
import io.gdpo.artifacts.FetchCache;
import io.gdpo.artifacts.source.RemoteSource;
import io.gdpo.artifacts.source.Source;
import io.gdpo.artifacts.source.SourceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Path;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.apache.hc.core5.util.Timeout;

/**
 * Files of web servers, by their {@code https} or {@code http} addresses, of {@link ReadableHosts}
 * only. They are kept with what is fetched from stores, by address and by what the server says of
 * their version.
 */
public final class WebSource implements RemoteSource {
  private static final Timeout TIMEOUT = Timeout.ofSeconds(30);

  private final Map<String, String> environment;
  private final WebRequest request;
  private final WebDownload.Pause pause;

  /** With the settings of this process's environment. */
  public WebSource() {
    this(System.getenv(), tls(), InetAddress::getAllByName, WebSource::sleep);
  }

  WebSource(
      Map<String, String> environment,
      SSLContext tls,
      WebRequest.Lookup lookup,
      WebDownload.Pause pause) {
    this.environment = Map.copyOf(environment);
    this.request = new WebRequest(ReadableHosts.of(environment), tls, lookup, TIMEOUT);
    this.pause = pause;
  }

  private static SSLContext tls() {
    try {
      return SSLContext.getDefault();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has TLS", e);
    }
  }

  private static void sleep(Duration wait) throws InterruptedException {
    Thread.sleep(wait.toMillis());
  }

  @Override
  public boolean takes(String scheme) {
    return scheme.equals("https") || scheme.equals("http");
  }

  @Override
  public Source fetch(URI address, boolean folders, Consumer<String> log) {
    String path = address.getRawPath() == null ? "" : address.getRawPath();
    String name = path.substring(path.lastIndexOf('/') + 1);
    if (name.isEmpty() || name.startsWith(".")) {
      throw new SourceException("it names no file, as https://HOST/train.jsonl.gz does");
    }
    try (WebDownload download = new WebDownload(request, address, pause, log)) {
      download.open();
      // The query is a part of the version, so that the file keeps its name.
      String where = address.getScheme() + "://" + address.getRawAuthority() + path;
      Blob blob = new Blob("", download.announced(), version(address, download));
      Path file =
          FetchCache.of(environment).fetch(where, List.of(blob), (it, to) -> download.to(to));
      return new Source(file, address.toString(), null);
    } catch (IOException e) {
      throw new SourceException(e.toString(), e);
    }
  }

  /** Of a server that tells none, what it sends is another version each time. */
  private static String version(URI address, WebDownload download) {
    return Stream.of(download.header("ETag"), download.header("Last-Modified"))
            .filter(told -> told != null)
            .findFirst()
            .orElseGet(() -> UUID.randomUUID().toString())
        + "?"
        + address.getRawQuery();
  }
}
