package io.gdpo.local.stack;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The right to run a stack on a home. Held by one process at a time; the operating system gives it
 * back when that process dies, however it dies. The file names its holder, so that it can be found
 * also when {@code stack.json} is lost.
 */
final class StackLock implements AutoCloseable {
  private static final int TRIES = 5;
  private static final long BETWEEN_TRIES_MILLIS = 40;

  private final FileChannel channel;

  private StackLock(FileChannel channel) {
    this.channel = channel;
  }

  /** The lock, or empty if another process holds it. */
  static Optional<StackLock> tryAcquire(Path file) {
    try {
      FileChannel channel =
          FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      if (!lock(channel)) {
        channel.close();
        return Optional.empty();
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(Json.EVENTS.writeValueAsBytes(ProcessIdentity.current())));
      return Optional.of(new StackLock(channel));
    } catch (IOException e) {
      throw new UncheckedIOException("The home's lock " + file + " cannot be taken", e);
    }
  }

  /** More than once: {@link #isHeld} takes it for a moment. */
  private static boolean lock(FileChannel channel) throws IOException {
    for (int i = 0; i < TRIES; i++) {
      if (tryLock(channel)) {
        return true;
      }
      try {
        TimeUnit.MILLISECONDS.sleep(BETWEEN_TRIES_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return false;
      }
    }
    return false;
  }

  private static boolean tryLock(FileChannel channel) throws IOException {
    try {
      FileLock lock = channel.tryLock();
      return lock != null;
    } catch (OverlappingFileLockException e) {
      return false; // held by this very process
    }
  }

  /** The process that holds the lock; empty if it does not live, or did not say who it is. */
  static Optional<ProcessIdentity> holder(Path file) {
    try {
      byte[] content = Files.readAllBytes(file);
      return content.length == 0
          ? Optional.empty()
          : Optional.of(Json.EVENTS.readValue(content, ProcessIdentity.class))
              .filter(holder -> holder.running().isPresent());
    } catch (NoSuchFileException | JsonProcessingException e) {
      return Optional.empty(); // never taken, or not by this program
    } catch (IOException e) {
      throw new UncheckedIOException("The home's lock " + file + " cannot be read", e);
    }
  }

  /** Whether some process holds the lock, be it one that is not seen from here. */
  static boolean isHeld(Path file) {
    if (!Files.isWritable(file)) {
      return false;
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      return !tryLock(channel);
    } catch (IOException e) {
      throw new UncheckedIOException("The home's lock " + file + " cannot be asked", e);
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
