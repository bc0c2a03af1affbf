package io.gdpo.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * The right to run a server on a folder, held until it is closed or its process ends: with it in
 * hand, a server that runs there can only be an orphan.
 */
final class FolderLock implements AutoCloseable {
  private final FileChannel channel;

  private FolderLock(FileChannel channel) {
    this.channel = channel;
  }

  /**
   * @throws IllegalStateException if another process holds it
   */
  static FolderLock of(Path home) {
    try {
      FileChannel channel =
          FileChannel.open(
              home.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!tryLock(channel)) {
        channel.close();
        throw new IllegalStateException(
            "Another process has a PostgreSQL server on " + home + "; stop it first");
      }
      return new FolderLock(channel);
    } catch (IOException e) {
      throw new UncheckedIOException("The database folder " + home + " cannot be used", e);
    }
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this very process
    }
  }

  @Override
  public void close() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new UncheckedIOException("The database folder's lock cannot be released", e);
    }
  }
}
