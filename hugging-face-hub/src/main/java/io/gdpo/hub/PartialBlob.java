package io.gdpo.hub;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The part of a blob that is on disk already, with the digest of it. Belongs to the one who holds
 * the blob's {@link BlobLock}.
 */
final class PartialBlob implements AutoCloseable {
  private static final int BUFFER = 1 << 20;

  private final HubFile file;
  private final FileChannel channel;
  private ContentDigest digest;
  private long size;

  private PartialBlob(HubFile file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
    this.digest = ContentDigest.of(file);
  }

  /** Opens what an interrupted download left, or begins. */
  static PartialBlob open(Path path, HubFile file) throws IOException {
    PartialBlob partial =
        new PartialBlob(
            file,
            FileChannel.open(
                path,
                StandardOpenOption.CREATE,
                StandardOpenOption.READ,
                StandardOpenOption.WRITE));
    partial.readBack();
    return partial;
  }

  private void readBack() throws IOException {
    if (channel.size() > file.size()) {
      channel.truncate(0);
    }
    ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
    while (channel.read(buffer) >= 0) {
      digest.update(buffer.flip());
      size += buffer.limit();
      buffer.clear();
    }
  }

  long size() {
    return size;
  }

  long missing() {
    return file.size() - size;
  }

  void append(ByteBuffer bytes) throws IOException {
    digest.update(bytes);
    size += bytes.remaining();
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** Forgets what is there. */
  void restart() throws IOException {
    channel.truncate(0);
    channel.position(0);
    size = 0;
    digest = ContentDigest.of(file);
  }

  /** The hash of a complete blob whose content is not what its etag says. */
  Optional<String> wrongHash() {
    return digest.otherThanExpected();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
