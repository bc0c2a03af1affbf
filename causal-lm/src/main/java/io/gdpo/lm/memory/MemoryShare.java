package io.gdpo.lm.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/**
 * How the jobs and evaluations on a machine share its memory. Each says what it will need before it
 * takes it, and waits while what others have said, and not yet taken, leaves too little. What other
 * programs hold is not waited for: where no such process is left, the next one goes on.
 *
 * <p>What a process said is a file in a folder that all know, named by its process id and locked by
 * it: the system gives the lock back however the process ends, so what the dead said counts no
 * more.
 */
public final class MemoryShare {
  /**
   * Where jobs and evaluations on a machine say what they need, so that they wait for each other:
   * docs/reference/memory.md. Default: {@code $XDG_CACHE_HOME/gdpo/memory}, or {@code
   * ~/.cache/gdpo/memory}.
   */
  public static final String FOLDER = "GDPO_MEMORY_FOLDER";

  private static final String CLAIM = ".claim";
  private static final long SECONDS_BETWEEN_LOOKS = 1;

  private final Path folder;
  private final LongSupplier available;

  /**
   * @param folder of what was said; made when needed
   * @param available bytes that can be had now
   */
  MemoryShare(Path folder, LongSupplier available) {
    this.folder = folder;
    this.available = available;
  }

  /**
   * This machine's, among all processes of this user: in the folder that {@value #FOLDER} names, or
   * in the user's cache.
   */
  public static MemoryShare ofMachine() {
    return new MemoryShare(folderOfMachine(), MachineMemory::available);
  }

  static Path folderOfMachine() {
    String folder = System.getenv(FOLDER);
    return folder == null || folder.isBlank() ? userCache() : Path.of(folder);
  }

  private static Path userCache() {
    String cache = System.getenv("XDG_CACHE_HOME");
    return (cache == null || cache.isBlank()
            ? Path.of(System.getProperty("user.home"), ".cache")
            : Path.of(cache))
        .resolve("gdpo")
        .resolve("memory");
  }

  /** What this process said it needs, until it is closed or the process ends. */
  public static final class Claim implements AutoCloseable {
    /** Nothing, of which there is always enough. */
    public static final Claim NONE = new Claim(Optional.empty());

    private final Optional<FileChannel> file;

    private Claim(Optional<FileChannel> file) {
      this.file = file;
    }

    @Override
    public void close() {
      try {
        if (file.isPresent()) {
          file.get().close();
        }
      } catch (IOException e) {
        throw new UncheckedIOException("could not give back what was claimed of memory", e);
      }
    }
  }

  /**
   * Waits until there is room, and claims it.
   *
   * @param who is named to those that wait for it
   * @param bytes that this process will hold at most, those included that it holds already
   * @param say hears for whom it waits
   * @param giveUp asked while it waits
   * @return what was claimed; empty if it gave up
   */
  public Optional<Claim> claim(
      String who, long bytes, Consumer<String> say, BooleanSupplier giveUp) {
    try {
      Files.createDirectories(folder);
      String said = "";
      while (true) {
        List<Other> others = new ArrayList<>();
        Optional<Claim> claimed = attempt(who, bytes, others);
        if (claimed.isPresent()) {
          return claimed;
        }
        if (giveUp.getAsBoolean()) {
          return Optional.empty();
        }
        String waits = waits(bytes, others);
        if (!waits.equals(said)) {
          say.accept(waits);
          said = waits;
        }
        TimeUnit.SECONDS.sleep(SECONDS_BETWEEN_LOOKS);
      }
    } catch (IOException e) {
      say.accept(
          "memory is not shared with other jobs, for %s cannot be used (%s); set %s to a folder that can be written"
              .formatted(folder, e, FOLDER));
      return Optional.of(Claim.NONE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static String waits(long bytes, List<Other> others) {
    return "waits for memory: needs %s, and beside it run %s"
        .formatted(
            MemoryEstimate.megabytes(bytes),
            others.stream()
                .map(o -> o.who + " (" + MemoryEstimate.megabytes(o.bytes) + ")")
                .sorted()
                .collect(Collectors.joining(", ")));
  }

  /**
   * Another process's claim.
   *
   * @param outstanding bytes that it said and has not taken yet
   */
  private record Other(String who, long bytes, long outstanding) {}

  /** One look, alone in the folder. */
  private Optional<Claim> attempt(String who, long bytes, List<Other> others) throws IOException {
    try (FileChannel lock = open(folder.resolve("lock"));
        FileLock alone = lock.lock()) {
      others.addAll(others());
      long room = available.getAsLong() - others.stream().mapToLong(Other::outstanding).sum();
      boolean fits = bytes - ProcessMemory.residentBytes() <= room;
      return fits || others.isEmpty() ? Optional.of(written(who, bytes)) : Optional.empty();
    }
  }

  private Claim written(String who, long bytes) throws IOException {
    FileChannel file = open(folder.resolve(ProcessHandle.current().pid() + CLAIM));
    file.lock();
    file.truncate(0);
    file.write(ByteBuffer.wrap((bytes + " " + who).getBytes(StandardCharsets.UTF_8)));
    return new Claim(Optional.of(file));
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(
        file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  /** Those that live; the files of the dead are removed. */
  private List<Other> others() throws IOException {
    List<Other> living = new ArrayList<>();
    try (DirectoryStream<Path> claims = Files.newDirectoryStream(folder, "*" + CLAIM)) {
      for (Path claim : claims) {
        String pid = claim.getFileName().toString().replace(CLAIM, "");
        // Closing one's own file here would give its lock back.
        if (!pid.equals(Long.toString(ProcessHandle.current().pid()))) {
          living(claim, pid).ifPresent(living::add);
        }
      }
    }
    return living;
  }

  private static Optional<Other> living(Path claim, String pid) throws IOException {
    try (FileChannel file = open(claim)) {
      FileLock lock = file.tryLock();
      if (lock != null) {
        Files.deleteIfExists(claim);
        return Optional.empty();
      }
      String[] words = Files.readString(claim).split(" ", 2);
      long bytes = Long.parseLong(words[0]);
      long taken = ProcessMemory.residentBytes(Long.parseLong(pid));
      return Optional.of(new Other(words[1], bytes, Math.max(0, bytes - taken)));
    } catch (NoSuchFileException | OverlappingFileLockException e) {
      return Optional.empty(); // removed meanwhile, or this process's own
    }
  }
}
