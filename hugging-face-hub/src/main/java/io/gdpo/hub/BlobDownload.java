package io.gdpo.hub;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongConsumer;

/**
 * Brings one file's content into the cache: once for all processes, from where an earlier download
 * stopped, and under its own name only when size and hash are right.
 */
final class BlobDownload {
  private final HubRepository repository;
  private final HubFile file;
  private final URI source;
  private final HubCache cache;
  private final HubRequests requests;
  private final HubRefusal refusal;
  private final RetryPolicy policy;
  private final DownloadListener listener;

  BlobDownload(
      HubRepository repository,
      HubFile file,
      URI source,
      HubCache cache,
      HubRequests requests,
      HubRefusal refusal,
      RetryPolicy policy,
      DownloadListener listener) {
    this.repository = repository;
    this.file = file;
    this.source = source;
    this.cache = cache;
    this.requests = requests;
    this.refusal = refusal;
    this.policy = policy;
    this.listener = listener;
  }

  /**
   * Downloads, unless the blob is there.
   *
   * @param progress hears how many bytes of the file are here
   */
  void run(LongConsumer progress) {
    Path blob = cache.blob(file);
    try {
      Files.createDirectories(blob.getParent());
      try (BlobLock lock = lock()) {
        if (!cache.holds(file)) {
          download(progress);
          Files.move(cache.partial(file), blob, StandardCopyOption.ATOMIC_MOVE);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failure("interrupted while another process downloads it", "Start again to go on", e);
    } catch (IOException e) {
      throw cacheFailure(e);
    }
    progress.accept(file.size());
  }

  private BlobLock lock() throws IOException, InterruptedException {
    return BlobLock.take(
        cache.lock(file),
        policy.pause(),
        listener,
        repository + ": another process downloads " + file.path() + "; waiting for it");
  }

  private void download(LongConsumer progress) throws IOException {
    if (Files.exists(cache.blob(file))) {
      listener.said(
          String.format(
              Locale.ROOT,
              "%s: what the cache has of %s is not %d bytes long; downloading it afresh",
              repository,
              file.path(),
              file.size()));
    }
    try (PartialBlob partial = PartialBlob.open(cache.partial(file), file)) {
      boolean resumed = partial.size() > 0;
      if (resumed) {
        listener.said(
            String.format(
                Locale.ROOT,
                "%s: going on with %s at byte %d",
                repository,
                file.path(),
                partial.size()));
      }
      receiveAll(partial, progress);
      Optional<String> wrong = partial.wrongHash();
      if (wrong.isPresent() && resumed) {
        listener.said(
            "%s: what was there of %s was wrong; downloading it afresh"
                .formatted(repository, file.path()));
        partial.restart();
        receiveAll(partial, progress);
        wrong = partial.wrongHash();
      }
      if (wrong.isPresent()) {
        throw spoiled(
            "what came has the hash %s, and must have %s".formatted(wrong.get(), file.etag()));
      }
    }
  }

  private void receiveAll(PartialBlob partial, LongConsumer progress) {
    Retries retries = new Retries(policy, repository, listener);
    retries.reached(partial.size());
    while (partial.missing() > 0) {
      try {
        receive(partial, retries, progress);
      } catch (IOException e) {
        retries.afterFailure(
            String.format(
                Locale.ROOT,
                "%s stopped at byte %d of %d: %s",
                file.path(),
                partial.size(),
                file.size(),
                e),
            Optional.empty(),
            e);
      }
    }
  }

  private void receive(PartialBlob partial, Retries retries, LongConsumer progress)
      throws IOException {
    // Asked from the Hub each time: the address that it redirects to is valid for a while only.
    HttpResponse<ResponseBody> response =
        requests.send(
            "GET",
            source,
            partial.size() > 0 ? OptionalLong.of(partial.size()) : OptionalLong.empty());
    try (ResponseBody body = response.body()) {
      if (HubRefusal.mayPass(response)) {
        retries.afterFailure(
            response.uri().getHost() + " answered " + response.statusCode(),
            AskedWait.in(response),
            null);
        return;
      }
      if (response.statusCode() == 416) {
        writing(partial::restart);
        throw new IOException("the server has no such range");
      }
      if (response.statusCode() != 200 && response.statusCode() != 206) {
        throw refusal.of(response, Optional.of(file.path()));
      }
      checkAnnounced(response);
      if (!startsAt(response, partial.size())) {
        writing(partial::restart);
        if (response.statusCode() == 206) {
          throw new IOException("the server sent another range than was asked for");
        }
      }
      long first = partial.size();
      for (List<ByteBuffer> bytes = body.next(); !bytes.isEmpty(); bytes = body.next()) {
        append(partial, bytes);
        retries.reached(partial.size());
        listener.checkStop();
        progress.accept(partial.size());
      }
      if (partial.missing() > 0) {
        throw endedEarly(response, first, partial.size());
      }
    }
  }

  /** A server may send a part of a range, and its end alone may mean that it was cut. */
  private IOException endedEarly(HttpResponse<?> response, long first, long last) {
    if (last == first) {
      throw spoiled(
          String.format(
              Locale.ROOT,
              "the answer (%d) for the bytes from %d to %d is empty",
              response.statusCode(),
              first,
              file.size()));
    }
    if (response.statusCode() == 200
        && response.headers().firstValue("Transfer-Encoding").isPresent()) {
      throw spoiled(
          String.format(Locale.ROOT, "%d bytes came, %d were announced", last, file.size()));
    }
    return new IOException("the answer ended early");
  }

  /** A connection that is cut is tried again; content of another length does not mend itself. */
  private void checkAnnounced(HttpResponse<?> response) {
    Optional<String> length =
        response.statusCode() == 206
            ? response
                .headers()
                .firstValue("Content-Range")
                .map(range -> range.substring(range.lastIndexOf('/') + 1))
            : response.headers().firstValue("Content-Length");
    length
        .filter(digits -> digits.matches("[0-9]{1,18}") && Long.parseLong(digits) != file.size())
        .ifPresent(
            other -> {
              throw spoiled(
                  String.format(
                      Locale.ROOT,
                      "%s sends %s bytes, %d were announced",
                      response.uri().getHost(),
                      other,
                      file.size()));
            });
  }

  private static boolean startsAt(HttpResponse<?> response, long first) {
    return response.statusCode() == 206
        ? response
            .headers()
            .firstValue("Content-Range")
            .filter(range -> range.startsWith("bytes " + first + "-"))
            .isPresent()
        : first == 0;
  }

  private void append(PartialBlob partial, List<ByteBuffer> bytes) {
    for (ByteBuffer buffer : bytes) {
      if (buffer.remaining() > partial.missing()) {
        throw spoiled("more came than the announced " + file.size() + " bytes");
      }
      writing(() -> partial.append(buffer));
    }
  }

  /** A disk that refuses must not look like a connection that was cut, which is tried again. */
  private void writing(Writing writing) {
    try {
      writing.run();
    } catch (IOException e) {
      throw cacheFailure(e);
    }
  }

  @FunctionalInterface
  private interface Writing {
    void run() throws IOException;
  }

  private HubException cacheFailure(IOException e) {
    return failure(
        "it cannot be written into the cache: " + e,
        "Make room, or set HF_HUB_CACHE to a folder on a local disk that can be written",
        e);
  }

  /** For content that cannot be right; forgets it. */
  private HubException spoiled(String problem) {
    writing(() -> Files.deleteIfExists(cache.partial(file)));
    return failure(
        problem + "; it was deleted",
        "Start again; if it happens again, something on the way (a proxy, a mirror in HF_ENDPOINT,"
            + " a bad disk) changes the content",
        null);
  }

  private HubException failure(String problem, String remedy, Throwable cause) {
    return new HubException(repository, "file " + file.path() + ": " + problem, remedy, cause);
  }
}
