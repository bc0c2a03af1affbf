package io.gdpo.hub;

import com.sun.jna.Library;
import com.sun.jna.Native;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Keeps a blob to one process, of Java or Python: {@code flock(2)} on the lock file that Python's
 * {@code filelock} uses. (Java's own file locks are those of {@code fcntl}, which {@code flock}
 * does not see.) Excludes threads of one process too. The file stays when the lock is given back:
 * deleting it would split those who wait from those who come.
 */
final class BlobLock implements AutoCloseable {
  private static final int GROUP_MAY_WAIT_TOO = 0664;
  private static final int EXCLUSIVE = 2;
  private static final int WITHOUT_WAITING = 4;
  private static final int INTERRUPTED = 4;
  private static final int HELD_ON_LINUX = 11;
  private static final int HELD_ON_MAC = 35;
  private static final Duration BETWEEN_TRIES = Duration.ofMillis(200);

  /** The functions of the C library, by their own names. */
  interface C extends Library {
    int creat(String path, int mode);

    int flock(int descriptor, int operation);

    int close(int descriptor);
  }

  private final C c;
  private final int descriptor;

  private BlobLock(C c, int descriptor) {
    this.c = c;
    this.descriptor = descriptor;
  }

  /**
   * Waits for the lock.
   *
   * @param listener is told once if another holds it, and asked whether to go on waiting
   * @param waiting what it is told
   * @throws IOException if the file system has no such locks
   */
  static BlobLock take(
      Path file, RetryPolicy.Pause pause, DownloadListener listener, String waiting)
      throws IOException, InterruptedException {
    Files.createDirectories(file.getParent());
    C c = Native.load("c", C.class);
    int descriptor = c.creat(file.toString(), GROUP_MAY_WAIT_TOO);
    if (descriptor < 0) {
      throw new IOException("cannot open the lock " + file + error());
    }
    BlobLock lock = new BlobLock(c, descriptor);
    try {
      lock.await(file, pause, listener, waiting);
      return lock;
    } catch (IOException | InterruptedException | RuntimeException e) {
      lock.close();
      throw e;
    }
  }

  private void await(Path file, RetryPolicy.Pause pause, DownloadListener listener, String waiting)
      throws IOException, InterruptedException {
    boolean told = false;
    while (c.flock(descriptor, EXCLUSIVE | WITHOUT_WAITING) != 0) {
      switch (Native.getLastError()) {
        case INTERRUPTED -> {}
        case HELD_ON_LINUX, HELD_ON_MAC -> {
          if (!told) {
            told = true;
            listener.said(waiting);
          }
          pause.of(BETWEEN_TRIES, listener::checkStop);
        }
        default -> throw new IOException("cannot lock " + file + error());
      }
    }
  }

  private static String error() {
    return " (errno " + Native.getLastError() + ")";
  }

  @Override
  public void close() {
    c.close(descriptor);
  }
}
