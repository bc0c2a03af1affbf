package io.gdpo.artifacts;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Which entries of a {@link FetchCache} are being made, and which are held, told between processes
 * by locks on bytes of one file, of which each entry has two. They are gone with the process that
 * has them, however it ends. All methods are called by one thread at a time.
 */
final class EntryLocks {
  private static final Map<Path, EntryLocks> OPEN = new ConcurrentHashMap<>();

  private final FileChannel file;
  private final Map<String, FileLock> held = new HashMap<>();

  private EntryLocks(Path folder) {
    try {
      Files.createDirectories(
          folder,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
      this.file =
          FileChannel.open(
              folder.resolve("locks"),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "What is fetched cannot be kept in %s (%s); set %s to a folder that can be written"
              .formatted(folder, e, FetchCache.FOLDER),
          e);
    }
  }

  /**
   * Those of a folder: one object in this process, whose file is never closed, for by closing any
   * file a process gives back all its locks on it.
   */
  static EntryLocks in(Path folder) {
    return OPEN.computeIfAbsent(folder, EntryLocks::new);
  }

  boolean isHeld(String entry) {
    return held.containsKey(entry);
  }

  /** Waits until no other process makes this entry. */
  FileLock make(String entry) throws IOException {
    return file.lock(place(entry), 1, false);
  }

  /**
   * Holds an entry until it is released or this process ends; waits until nobody is taking it away.
   */
  void hold(String entry) throws IOException {
    if (!isHeld(entry)) {
      held.put(entry, file.lock(place(entry) + 1, 1, true));
    }
  }

  /** Holds an entry no longer. */
  void release(String entry) throws IOException {
    if (isHeld(entry)) {
      held.remove(entry).release();
    }
  }

  /** Does something to an entry that nobody holds; says whether that is so. */
  boolean ifFree(String entry, Action action) throws IOException {
    if (isHeld(entry)) {
      return false;
    }
    return ifLocked(place(entry) + 1, action);
  }

  /** Does something to an entry that nobody makes, which this process does not. */
  void ifNotMade(String entry, Action action) throws IOException {
    ifLocked(place(entry), action);
  }

  private boolean ifLocked(long place, Action action) throws IOException {
    try (FileLock mine = file.tryLock(place, 1, false)) {
      if (mine == null) {
        return false;
      }
      action.run();
      return true;
    }
  }

  /** What may be done while nobody holds an entry. */
  @FunctionalInterface
  interface Action {
    void run() throws IOException;
  }

  /** Its first byte, of the name's first 15 hexadecimal digits. */
  private static long place(String entry) {
    return 2 * Long.parseLong(entry.substring(0, 15), 16);
  }
}
