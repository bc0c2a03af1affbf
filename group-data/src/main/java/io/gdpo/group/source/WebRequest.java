package io.gdpo.group.source;

import io.gdpo.artifacts.source.SourceException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.hc.client5.http.DnsResolver;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.config.RequestConfig;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.client5.http.impl.classic.HttpClients;
import org.apache.hc.client5.http.impl.io.BasicHttpClientConnectionManager;
import org.apache.hc.client5.http.impl.routing.DefaultRoutePlanner;
import org.apache.hc.client5.http.ssl.DefaultClientTlsStrategy;
import org.apache.hc.client5.http.ssl.TlsSocketStrategy;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.URIScheme;
import org.apache.hc.core5.http.config.RegistryBuilder;
import org.apache.hc.core5.util.Timeout;

/**
 * One {@code GET}, and those that its redirects ask for. Every host is looked up here, checked, and
 * then connected to at the very address that was checked, by no proxy: a name that is found
 * elsewhere a moment later leads nowhere.
 */
final class WebRequest {
  private static final int MOST_REDIRECTS = 5;
  private static final String USER_AGENT = "gdpo/0.1; java/" + Runtime.version().feature();

  private final ReadableHosts hosts;
  private final SSLContext tls;
  private final Lookup lookup;
  private final Timeout timeout;

  /** Finds the addresses of a host. */
  @FunctionalInterface
  interface Lookup {
    InetAddress[] of(String host) throws UnknownHostException;
  }

  /**
   * @param timeout of connecting, and without a byte
   */
  WebRequest(ReadableHosts hosts, SSLContext tls, Lookup lookup, Timeout timeout) {
    this.hosts = hosts;
    this.tls = tls;
    this.lookup = lookup;
    this.timeout = timeout;
  }

  /**
   * An answer that is no redirect; whoever has it closes it.
   *
   * @param client that it came by
   */
  record Answer(ClassicHttpResponse response, CloseableHttpClient client) implements AutoCloseable {
    String header(String name) {
      Header header = response.getFirstHeader(name);
      return header == null ? null : header.getValue();
    }

    @Override
    public void close() throws IOException {
      client.close(); // whatever is still to come of it
    }
  }

  /**
   * @throws SourceException if the address, or one that it leads to, may not be read
   * @throws IOException if there is no answer
   */
  Answer get(URI address, Map<String, String> headers) throws IOException {
    URI at = address;
    for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      hosts.require(at);
      Answer answer = send(at, headers);
      String location = answer.header("Location");
      int status = answer.response().getCode();
      if (location == null || status < 301 || status == 304 || status > 308) {
        return answer;
      }
      answer.close();
      at = target(at, location);
    }
    throw new SourceException("it leads to more than " + MOST_REDIRECTS + " addresses in a row");
  }

  private URI target(URI from, String location) {
    URI target;
    try {
      target = from.resolve(location);
    } catch (IllegalArgumentException e) {
      throw new SourceException(from.getHost() + " redirects to what is no address", e);
    }
    if ("https".equalsIgnoreCase(from.getScheme())
        && !"https".equalsIgnoreCase(target.getScheme())) {
      throw new SourceException(
          from.getHost()
              + " redirects from https to "
              + target.getScheme()
              + ", which is not taken");
    }
    try {
      hosts.require(target);
    } catch (SourceException e) {
      throw new SourceException(from.getHost() + " redirects elsewhere: " + e.getMessage(), e);
    }
    return target;
  }

  private Answer send(URI address, Map<String, String> headers) throws IOException {
    HttpGet request = new HttpGet(address);
    request.setHeader("Accept-Encoding", "identity");
    headers.forEach(request::setHeader);
    CloseableHttpClient client = client(address);
    try {
      return new Answer(client.executeOpen(null, request, null), client);
    } catch (IOException | RuntimeException e) {
      client.close();
      throw e;
    }
  }

  private CloseableHttpClient client(URI address) {
    BasicHttpClientConnectionManager connections =
        BasicHttpClientConnectionManager.create(
            null,
            new Checked(address),
            RegistryBuilder.<TlsSocketStrategy>create()
                .register(URIScheme.HTTPS.id, new DefaultClientTlsStrategy(tls))
                .build(),
            null);
    connections.setConnectionConfig(
        ConnectionConfig.custom().setConnectTimeout(timeout).setSocketTimeout(timeout).build());
    return HttpClients.custom()
        .setConnectionManager(connections)
        .setRoutePlanner(new DefaultRoutePlanner(null))
        .setDefaultRequestConfig(RequestConfig.custom().setResponseTimeout(timeout).build())
        .setUserAgent(USER_AGENT)
        .disableAuthCaching()
        .disableAutomaticRetries()
        .disableContentCompression()
        .disableCookieManagement()
        .disableRedirectHandling()
        .build();
  }

  /** Gives the addresses to connect to, all of them checked. */
  private final class Checked implements DnsResolver {
    private final URI address;

    Checked(URI address) {
      this.address = address;
    }

    @Override
    public InetAddress[] resolve(String host) throws UnknownHostException {
      InetAddress[] found = lookup.of(host);
      hosts.requireAllowed(address, found);
      return found;
    }

    @Override
    public String resolveCanonicalHostname(String host) {
      return host;
    }
  }
}
