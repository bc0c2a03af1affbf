package io.gdpo.hub;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.http.HttpResponse.BodySubscriber;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Flow.Subscription;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * A response's body, pulled piece by piece; a server that falls silent counts as a cut connection.
 * (A stream of {@code HttpClient} would wait for ever.) Whoever has the response closes it.
 */
final class ResponseBody implements BodySubscriber<ResponseBody>, AutoCloseable {
  private final Duration timeout;
  private final BlockingQueue<Piece> pieces = new LinkedBlockingQueue<>();
  private final CompletableFuture<Subscription> subscribed = new CompletableFuture<>();

  /** Bytes, or the end with what ended it. */
  private record Piece(List<ByteBuffer> bytes, boolean last, Optional<Throwable> failure) {}

  ResponseBody(Duration timeout) {
    this.timeout = timeout;
  }

  /** The next bytes; empty at the end. */
  List<ByteBuffer> next() throws IOException {
    subscribed.thenAccept(subscription -> subscription.request(1));
    Piece piece;
    try {
      piece = pieces.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw (InterruptedIOException) new InterruptedIOException("interrupted").initCause(e);
    }
    if (piece == null) {
      throw new IOException("no byte came for " + timeout.toSeconds() + " s");
    }
    if (piece.failure().isPresent()) {
      throw new IOException("the connection was cut", piece.failure().get());
    }
    return piece.last() ? List.of() : piece.bytes();
  }

  /** All bytes, for small bodies. */
  byte[] all(int most) throws IOException {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (List<ByteBuffer> bytes = next(); !bytes.isEmpty(); bytes = next()) {
      for (ByteBuffer buffer : bytes) {
        byte[] piece = new byte[buffer.remaining()];
        buffer.get(piece);
        all.write(piece);
      }
      if (all.size() > most) {
        throw new IOException("the answer is longer than " + most + " bytes");
      }
    }
    return all.toByteArray();
  }

  /** How many bytes come, none of which is kept. */
  long count() throws IOException {
    long count = 0;
    for (List<ByteBuffer> bytes = next(); !bytes.isEmpty(); bytes = next()) {
      count += bytes.stream().mapToLong(ByteBuffer::remaining).sum();
    }
    return count;
  }

  @Override
  public void close() {
    subscribed.thenAccept(Subscription::cancel);
  }

  @Override
  public CompletionStage<ResponseBody> getBody() {
    return CompletableFuture.completedFuture(this);
  }

  @Override
  public void onSubscribe(Subscription subscription) {
    subscribed.complete(subscription);
  }

  @Override
  public void onNext(List<ByteBuffer> bytes) {
    pieces.add(new Piece(bytes, false, Optional.empty()));
  }

  @Override
  public void onError(Throwable failure) {
    pieces.add(new Piece(List.of(), true, Optional.of(failure)));
  }

  @Override
  public void onComplete() {
    pieces.add(new Piece(List.of(), true, Optional.empty()));
  }
}
