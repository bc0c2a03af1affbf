package io.gdpo.group.source;

import io.gdpo.artifacts.source.SourceException;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import javax.net.ssl.SSLHandshakeException;
import javax.net.ssl.SSLPeerUnverifiedException;
import org.apache.hc.core5.http.HttpEntity;

/**
 * One file of a web server on its way to a disk. A connection that is cut goes on where it stopped
 * if the server tells versions and serves ranges, and begins anew otherwise; what may pass is tried
 * again after longer and longer waits.
 */
final class WebDownload implements AutoCloseable {
  private static final int MOST_FAILURES = 5;
  private static final int BUFFER = 1 << 16;
  private static final double MEGABYTE = 1e6;

  private final WebRequest request;
  private final URI address;
  private final Pause pause;
  private final Consumer<String> log;
  private WebRequest.Answer answer;
  private int failures;
  private long here;

  /** Lets time pass. */
  @FunctionalInterface
  interface Pause {
    void of(Duration wait) throws InterruptedException;
  }

  WebDownload(WebRequest request, URI address, Pause pause, Consumer<String> log) {
    this.request = request;
    this.address = address;
    this.pause = pause;
    this.log = log;
  }

  /** Asks for the file until it begins to come. */
  void open() {
    Map<String, String> headers = new LinkedHashMap<>();
    if (here > 0) {
      headers.put("Range", "bytes=" + here + "-");
      headers.put("If-Range", validator());
    }
    while (true) {
      try {
        WebRequest.Answer asked = request.get(address, headers);
        int status = asked.response().getCode();
        if (status == 200 || status == 206 && here > 0 && startsHere(asked)) {
          replace(asked);
          here = status == 200 ? 0 : here;
          return;
        }
        asked.close();
        if (status != 408 && status != 429 && status < 500) {
          throw new SourceException(
              address.getHost()
                  + " answers "
                  + status
                  + (status == 401 || status == 403 || status == 404
                      ? "; nobody signs in there, so look whether anybody may read it"
                      : ", where the file was asked for"));
        }
        afterFailure("it answers " + status, null);
      } catch (SSLHandshakeException | SSLPeerUnverifiedException e) {
        throw new SourceException(address.getHost() + " cannot show who it is: " + Reason.of(e), e);
      } catch (IOException e) {
        afterFailure(Reason.of(e), e);
      }
    }
  }

  private boolean startsHere(WebRequest.Answer asked) {
    String range = asked.header("Content-Range");
    return range != null && range.startsWith("bytes " + here + "-");
  }

  private void replace(WebRequest.Answer asked) throws IOException {
    close();
    answer = asked;
  }

  /** Bytes that are said to come in all; 0 if that is not said. */
  long announced() {
    HttpEntity entity = answer.response().getEntity();
    return entity == null ? 0 : here + Math.max(0, entity.getContentLength());
  }

  String header(String name) {
    return answer.header(name);
  }

  /** A strong one, by which a part of one version is never joined to another's; else null. */
  private String validator() {
    String etag = header("ETag");
    return etag != null && !etag.startsWith("W/") ? etag : header("Last-Modified");
  }

  /** Writes all of it. */
  void to(Path file) {
    boolean whole = false;
    while (!whole) {
      requireRoom(announced());
      try {
        try (OutputStream out = opened(file)) {
          receive(out);
        }
        whole = true;
      } catch (IOException e) {
        if (validator() == null) {
          here = 0;
        }
        afterFailure(String.format(Locale.ROOT, "it stopped at byte %,d: %s", here, e), e);
        open();
      }
    }
    log.accept(String.format(Locale.ROOT, "%s: %.1f MB are here", shown(), here / MEGABYTE));
  }

  /** Behind what is there of it. */
  private OutputStream opened(Path file) {
    try {
      return here == 0
          ? Files.newOutputStream(file)
          : Files.newOutputStream(file, StandardOpenOption.APPEND);
    } catch (IOException e) {
      throw new UncheckedIOException(e); // a disk's fault is not the connection's
    }
  }

  private void receive(OutputStream out) throws IOException {
    HttpEntity entity = answer.response().getEntity();
    if (entity == null) {
      return;
    }
    InputStream in = entity.getContent();
    byte[] buffer = new byte[BUFFER];
    for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
      try {
        out.write(buffer, 0, count);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      here += count;
      failures = 0;
      requireRoom(here);
    }
  }

  private static void requireRoom(long bytes) {
    if (bytes > Sources.MOST_BYTES) {
      throw new SourceException(
          String.format(
              Locale.ROOT,
              "it has more than %,d bytes, the most that is read; split it",
              Sources.MOST_BYTES));
    }
  }

  private void afterFailure(String problem, IOException cause) {
    failures++;
    if (failures > MOST_FAILURES) {
      throw new SourceException(
          address.getHost() + " does not serve it: " + problem + " (tried " + failures + " times)",
          cause);
    }
    Duration wait = Duration.ofSeconds(1L << failures - 1);
    log.accept(shown() + ": " + problem + "; trying again in " + wait.toSeconds() + " s");
    try {
      pause.of(wait);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new SourceException("interrupted while waiting to try again", e);
    }
  }

  /** Without a query, which may be as good as a password. */
  private String shown() {
    return address.getHost() + address.getRawPath();
  }

  @Override
  public void close() throws IOException {
    if (answer != null) {
      answer.close();
    }
  }
}
