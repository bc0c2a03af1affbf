package io.gdpo.s3;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** A file that is sent in parts, several at a time, and is seen once all are there. */
final class MultipartUpload {
  private static final int AT_A_TIME = 4;
  private static final int MOST_PARTS = 10_000;

  private final S3Client client;
  private final S3Place place;
  private final Path file;
  private final long bytes;
  private final long partBytes;

  /**
   * @param bytes of the file
   * @param partBytes of a part, at least; more where a file has too many
   */
  MultipartUpload(S3Client client, S3Place place, Path file, long bytes, long partBytes) {
    this.client = client;
    this.place = place;
    this.file = file;
    this.bytes = bytes;
    this.partBytes = Math.max(partBytes, (bytes + MOST_PARTS - 1) / MOST_PARTS);
  }

  /**
   * Sends it. What was sent of one that fails is taken back.
   *
   * @throws SdkException if it cannot be sent
   */
  void send(Map<String, String> metadata) {
    String upload =
        client
            .createMultipartUpload(
                request -> request.bucket(place.bucket()).key(place.key()).metadata(metadata))
            .uploadId();
    try {
      List<CompletedPart> parts = parts(upload);
      client.completeMultipartUpload(
          request ->
              request
                  .bucket(place.bucket())
                  .key(place.key())
                  .uploadId(upload)
                  .multipartUpload(all -> all.parts(parts)));
    } catch (RuntimeException | Error e) {
      abort(upload, e);
      throw e;
    }
  }

  private List<CompletedPart> parts(String upload) {
    ExecutorService senders = Executors.newFixedThreadPool(AT_A_TIME);
    try {
      List<Future<CompletedPart>> sent = new ArrayList<>();
      for (int number = 1; (number - 1) * partBytes < bytes; number++) {
        int part = number;
        sent.add(senders.submit(() -> send(upload, part)));
      }
      List<CompletedPart> parts = new ArrayList<>();
      for (Future<CompletedPart> each : sent) {
        parts.add(each.get());
      }
      return parts;
    } catch (ExecutionException e) {
      throw e.getCause() instanceof SdkException cause
          ? cause
          : SdkClientException.create("a part was not sent", e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw SdkClientException.create("it was interrupted", e);
    } finally {
      senders.shutdownNow();
    }
  }

  private CompletedPart send(String upload, int number) {
    long from = (number - 1) * partBytes;
    long length = Math.min(partBytes, bytes - from);
    // A part that has to be sent again is read again.
    RequestBody body =
        RequestBody.fromContentProvider(
            () -> slice(from, length), length, "application/octet-stream");
    var answer =
        client.uploadPart(
            request ->
                request
                    .bucket(place.bucket())
                    .key(place.key())
                    .uploadId(upload)
                    .partNumber(number)
                    .contentLength(length),
            body);
    return CompletedPart.builder()
        .partNumber(number)
        .eTag(answer.eTag())
        .checksumCRC32(answer.checksumCRC32())
        .build();
  }

  private InputStream slice(long from, long length) {
    try {
      FileChannel channel = FileChannel.open(file);
      return new Slice(Channels.newInputStream(channel.position(from)), length);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The first so many bytes of a stream. */
  private static final class Slice extends InputStream {
    private final InputStream all;
    private long left;

    Slice(InputStream all, long length) {
      this.all = all;
      this.left = length;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int at, int length) throws IOException {
      if (left == 0) {
        return -1;
      }
      int read = all.read(into, at, (int) Math.min(length, left));
      left -= Math.max(read, 0);
      return read;
    }

    @Override
    public void close() throws IOException {
      all.close();
    }
  }

  private void abort(String upload, Throwable why) {
    try {
      client.abortMultipartUpload(
          request -> request.bucket(place.bucket()).key(place.key()).uploadId(upload));
    } catch (SdkException e) {
      why.addSuppressed(e); // what is left over is for the bucket's lifecycle rule
    }
  }
}
