package io.gdpo.worker.trainjob;

import io.gdpo.contracts.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodySubscriber;
import java.net.http.HttpResponse.BodySubscribers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

/**
 * The server of Kubeflow Trainer that takes a TrainJob's status: known by its certificate, told who
 * asks by a token. Both lie in files that change while training goes on, so they are read for each
 * post. Nothing is sent anywhere else, no redirect is followed. Used by one thread.
 */
final class StatusServer {
  /** Bytes of an answer that are read; what is longer, or of unknown length, is not for people. */
  private static final int LONGEST_ANSWER = 1 << 16;

  private static final int LONGEST_WORDS = 300;

  private final URI url;
  private final Path authority;
  private final Path token;
  private final Duration limit;
  private byte[] trusted;
  private HttpClient client;

  /**
   * @param authority certificates in PEM, by one of which the server's must be signed; read where
   *     the address is one of https
   * @param token the file of the bearer token
   * @param limit of a post, to the last byte of the answer
   * @throws IllegalArgumentException if the address is none of http or https
   */
  StatusServer(URI url, Path authority, Path token, Duration limit) {
    HttpRequest.newBuilder(url);
    this.url = url;
    this.authority = authority;
    this.token = token;
    this.limit = limit;
  }

  /**
   * Posts JSON.
   *
   * @throws IOException if the server did not take it; the message says why
   */
  void post(byte[] json) throws IOException, InterruptedException {
    HttpRequest request =
        authorized(HttpRequest.newBuilder(url))
            .header("Content-Type", "application/json")
            .POST(BodyPublishers.ofByteArray(json))
            .build();
    CompletableFuture<HttpResponse<String>> answer =
        client().sendAsync(request, StatusServer::words);
    HttpResponse<String> response;
    try {
      response = answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException("no answer in " + limit.toMillis() + " ms", e);
    } catch (ExecutionException e) {
      throw new IOException(reason(e.getCause()), e.getCause());
    } finally {
      answer.cancel(true);
    }
    if (response.statusCode() / 100 != 2) {
      throw new IOException(
          "it answers "
              + response.statusCode()
              + " "
              + Reason.clean(Reason.beginning(response.body().strip(), LONGEST_WORDS)));
    }
  }

  private String reason(Throwable failure) {
    return failure instanceof SSLException
        ? Reason.of(failure) + " (trusted is what " + authority + " holds)"
        : Reason.of(failure);
  }

  private HttpRequest.Builder authorized(HttpRequest.Builder request) throws IOException {
    String bearer = Files.readString(token, StandardCharsets.ISO_8859_1).strip();
    if (bearer.isEmpty()) {
      throw new IOException("the file " + token + " holds no token");
    }
    try {
      return request.header("Authorization", "Bearer " + bearer);
    } catch (IllegalArgumentException e) { // its message shows the token
      throw new IOException("what the file " + token + " holds is no token");
    }
  }

  /**
   * Of http there is nothing to trust; of https what the file says, and never what the JDK does.
   */
  private HttpClient client() throws IOException {
    boolean secure = url.getScheme().equalsIgnoreCase("https");
    byte[] certificates = secure ? Files.readAllBytes(authority) : new byte[0];
    if (client == null || !Arrays.equals(certificates, trusted)) {
      HttpClient.Builder builder =
          HttpClient.newBuilder()
              .version(HttpClient.Version.HTTP_1_1)
              .followRedirects(HttpClient.Redirect.NEVER)
              .proxy(HttpClient.Builder.NO_PROXY);
      if (secure) {
        builder.sslContext(trusting(certificates));
      }
      client = builder.build();
      trusted = certificates;
    }
    return client;
  }

  private SSLContext trusting(byte[] pem) throws IOException {
    try {
      Collection<? extends Certificate> certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(pem));
      if (certificates.isEmpty()) {
        throw new IOException("the file " + authority + " holds no certificate");
      }
      KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
      store.load(null, null);
      for (Certificate certificate : certificates) {
        store.setCertificateEntry(Integer.toString(store.size()), certificate);
      }
      TrustManagerFactory trust =
          TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
      trust.init(store);
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, trust.getTrustManagers(), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(
          "the certificates in " + authority + " cannot be read: " + Reason.of(e), e);
    }
  }

  private static BodySubscriber<String> words(HttpResponse.ResponseInfo answer) {
    return answer.headers().firstValueAsLong("Content-Length").orElse(Long.MAX_VALUE)
            <= LONGEST_ANSWER
        ? BodySubscribers.ofString(StandardCharsets.UTF_8)
        : BodySubscribers.replacing("");
  }
}
