package io.gdpo.local.stack;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * The right to run a stack on a home. Held by one process at a time; the operating system gives it
 * back when that process dies, however it dies.
 */
final class StackLock implements AutoCloseable {
  private final FileChannel channel;

  private StackLock(FileChannel channel) {
    this.channel = channel;
  }

  /** The lock, or empty if another process holds it. */
  static Optional<StackLock> tryAcquire(Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock == null) {
        channel.close();
        return Optional.empty();
      }
      return Optional.of(new StackLock(channel));
    } catch (IOException e) {
      throw new UncheckedIOException("The home's lock " + file + " cannot be taken", e);
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("The home's lock cannot be given back", e);
    }
  }
}
