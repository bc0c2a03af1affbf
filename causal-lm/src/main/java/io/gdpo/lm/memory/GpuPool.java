package io.gdpo.lm.memory;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/**
 * How jobs and evaluations share a machine's GPUs: one has a GPU for itself, the next takes another
 * one, and who finds none waits.
 *
 * <p>A GPU that is taken is a locked file in the folder of {@link MemoryShare}, which names who has
 * it: the system gives the lock back however a process ends. Other programs are not waited for.
 */
public final class GpuPool {
  private static final String SUFFIX = ".gpu";
  private static final long SECONDS_BETWEEN_LOOKS = 1;

  /**
   * Files that this process holds, and for whom. To open and close one again, even to read it,
   * would give its lock back.
   */
  private static final Map<Path, String> HELD = new ConcurrentHashMap<>();

  private final Path folder;

  /**
   * @param folder of what is taken; made when needed
   */
  GpuPool(Path folder) {
    this.folder = folder;
  }

  /** This machine's, among all processes of this user. */
  public static GpuPool ofMachine() {
    return new GpuPool(MemoryShare.folderOfMachine());
  }

  /** A GPU that is this process's until it is closed or the process ends. */
  public static final class Taken implements AutoCloseable {
    private final String gpu;
    private final Path name;
    private final Optional<FileChannel> file;

    private Taken(String gpu, Path name, Optional<FileChannel> file) {
      this.gpu = gpu;
      this.name = name;
      this.file = file;
    }

    /** Which of those that were asked for. */
    public String gpu() {
      return gpu;
    }

    @Override
    public void close() {
      try {
        if (file.isPresent()) {
          file.get().close();
          HELD.remove(name);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("could not give " + gpu + " back", e);
      }
    }
  }

  /**
   * Takes the first that is free, or waits for one.
   *
   * @param gpus names, the same in all processes; not empty
   * @param who is named to those that wait for it
   * @param say hears for whom it waits
   * @param giveUp asked while it waits
   * @return empty if it gave up
   */
  public Optional<Taken> take(
      List<String> gpus, String who, Consumer<String> say, BooleanSupplier giveUp) {
    try {
      Files.createDirectories(folder);
      String said = "";
      while (true) {
        List<String> others = new ArrayList<>();
        for (String gpu : gpus) {
          Optional<Taken> taken = attempt(gpu, who, others);
          if (taken.isPresent()) {
            return taken;
          }
        }
        String waits = "waits for a GPU: " + String.join(", ", others);
        if (!waits.equals(said)) {
          say.accept(waits);
          said = waits;
        }
        if (giveUp.getAsBoolean()) {
          return Optional.empty();
        }
        TimeUnit.SECONDS.sleep(SECONDS_BETWEEN_LOOKS);
      }
    } catch (IOException e) {
      say.accept(
          "GPUs are not shared with other jobs, for %s cannot be used (%s); set %s to a folder that can be written"
              .formatted(folder, e, MemoryShare.FOLDER));
      return Optional.of(new Taken(gpus.get(0), folder, Optional.empty()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private Optional<Taken> attempt(String gpu, String who, List<String> others) throws IOException {
    Path name =
        folder.resolve(gpu.replaceAll("[^A-Za-z0-9-]", "_") + SUFFIX).toAbsolutePath().normalize();
    String own = HELD.putIfAbsent(name, who);
    if (own != null) {
      others.add(gpu + " is taken by " + own);
      return Optional.empty();
    }
    Optional<FileChannel> locked = Optional.empty();
    try {
      locked = locked(name, who);
      if (locked.isEmpty()) {
        others.add(gpu + " is taken by " + Files.readString(name));
      }
    } finally {
      if (locked.isEmpty()) {
        HELD.remove(name); // last of all: who takes it from here on must not have it opened again
      }
    }
    return locked.map(file -> new Taken(gpu, name, Optional.of(file)));
  }

  /** The file, locked by this process and saying for whom; empty if another has it. */
  private static Optional<FileChannel> locked(Path name, String who) throws IOException {
    FileChannel file =
        FileChannel.open(
            name, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    boolean taken = false;
    try {
      if (file.tryLock() != null) {
        file.truncate(0);
        file.write(ByteBuffer.wrap(who.getBytes(StandardCharsets.UTF_8)));
        taken = true;
      }
    } finally {
      if (!taken) {
        file.close();
      }
    }
    return taken ? Optional.of(file) : Optional.empty();
  }
}
