package io.gdpo.artifacts;

import com.fasterxml.jackson.core.type.TypeReference;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.stream.Stream;

/**
 * What was fetched from web servers and stores that are no folder of this machine, once for all
 * processes that use the same folder. An entry is a file or a folder in one version. Who fetches it
 * holds it until its process ends, and looks first whether it still is what was downloaded. Where
 * there is more than the bound, entries that nobody holds go, the longest unused first. A process
 * that fetches more and more, as a service does, holds only what it asked for within the hour.
 *
 * <pre>
 * locks          see {@link EntryLocks}
 * ENTRY/NAME     the file or folder, under its own name
 * ENTRY/.digests SHA-256 by file; its time is that of the last fetch
 * </pre>
 */
public final class FetchCache {
  /**
   * Where a worker or a service keeps what it fetched from a store that is no folder of its
   * machine. Default: {@code $XDG_CACHE_HOME/gdpo/fetched}, or {@code ~/.cache/gdpo/fetched}.
   */
  static final String FOLDER = "GDPO_FETCHED_FOLDER";

  /**
   * Gigabytes that are kept there, such as {@code 0.5}; what running processes hold is kept beyond
   * them. Default: 50.
   */
  static final String GIGABYTES = "GDPO_FETCHED_GIGABYTES";

  private static final String DIGESTS = ".digests";
  private static final String TEMPORARY = ".tmp-";
  private static final String OLD = ".old-";
  private static final Duration HELD = Duration.ofHours(1);
  private static final Object ONE_AT_A_TIME = new Object();

  private final Path folder;
  private final long bound;

  private FetchCache(Path folder, long bound) {
    this.folder = folder;
    this.bound = bound;
  }

  /** The cache that an environment names. */
  public static FetchCache of(Map<String, String> environment) {
    return new FetchCache(folder(environment), bound(environment));
  }

  private static Path folder(Map<String, String> environment) {
    String named = environment.getOrDefault(FOLDER, "");
    if (!named.isBlank()) {
      return Path.of(named).toAbsolutePath().normalize();
    }
    String cache = environment.getOrDefault("XDG_CACHE_HOME", "");
    return (cache.isBlank() ? Path.of(System.getProperty("user.home"), ".cache") : Path.of(cache))
        .toAbsolutePath()
        .resolve("gdpo")
        .resolve("fetched");
  }

  private static long bound(Map<String, String> environment) {
    String gigabytes = environment.getOrDefault(GIGABYTES, "50");
    try {
      double number = Double.parseDouble(gigabytes);
      if (number >= 0) {
        return (long) (number * 1e9);
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw new IllegalArgumentException(
        GIGABYTES + " is a number of gigabytes, such as 50 or 0.5, is '" + gigabytes + "'");
  }

  /**
   * A local path with these files.
   *
   * @param address of the file, or of the folder that they lie in
   * @param blobs the file, whose name is empty, or those below the folder
   * @param download writes one of them to a path
   * @throws UncheckedIOException if they cannot be kept here
   */
  public Path fetch(String address, List<Blob> blobs, BiConsumer<Blob, Path> download) {
    String entry = entry(address, blobs);
    String name = address.substring(address.lastIndexOf('/') + 1);
    try {
      synchronized (ONE_AT_A_TIME) {
        EntryLocks locks = EntryLocks.in(folder);
        boolean seen = locks.isHeld(entry) && Files.exists(digests(entry));
        if (!seen) {
          try (FileLock making = locks.make(entry)) {
            locks.hold(entry);
            if (!isWhole(entry)) {
              sweep(locks, entry);
              makeRoom(locks, blobs.stream().mapToLong(Blob::bytes).sum());
              make(entry, name, blobs, download);
            }
          }
        }
        Files.setLastModifiedTime(digests(entry), FileTime.from(Instant.now()));
      }
      return folder.resolve(entry).resolve(name);
    } catch (IOException e) {
      throw new UncheckedIOException(
          "%s cannot be kept in %s: %s; make room there, or set %s to another folder"
              .formatted(address, folder, Reason.of(e), FOLDER),
          e);
    }
  }

  private static String entry(String address, List<Blob> blobs) {
    List<String> texts = new ArrayList<>(List.of(address));
    for (Blob blob : blobs) {
      texts.addAll(List.of(blob.name(), Long.toString(blob.bytes()), blob.version()));
    }
    return Digests.ofTexts(texts);
  }

  private Path digests(String entry) {
    return folder.resolve(entry).resolve(DIGESTS);
  }

  /** Whether all that was downloaded is there, and as it was. */
  private boolean isWhole(String entry) throws IOException {
    Path file = digests(entry);
    if (!Files.exists(file)) {
      return false;
    }
    Map<String, String> digests = Json.EVENTS.readValue(file.toFile(), new TypeReference<>() {});
    for (Map.Entry<String, String> each : digests.entrySet()) {
      Path part = file.resolveSibling(each.getKey());
      if (!Files.isRegularFile(part) || !Digests.ofFile(part).equals(each.getValue())) {
        return false;
      }
    }
    return true;
  }

  /** Makes an entry, in place of what is damaged; the caller alone makes it. */
  private void make(String entry, String name, List<Blob> blobs, BiConsumer<Blob, Path> download)
      throws IOException {
    Path temporary = folder.resolve(TEMPORARY + entry);
    AtomicFiles.delete(temporary); // of a process that was killed
    try {
      Path content = Files.createDirectories(temporary).resolve(name);
      Map<String, String> digests = new TreeMap<>();
      for (Blob blob : blobs) {
        Path target = content.resolve(blob.name()).normalize();
        if (!target.startsWith(content)) {
          throw new IOException("'" + blob.name() + "' is no name of a file below it");
        }
        Files.createDirectories(target.getParent());
        download.accept(blob, target);
        digests.put(temporary.relativize(target).toString(), Digests.ofFile(target));
      }
      Files.write(temporary.resolve(DIGESTS), Json.EVENTS.writeValueAsBytes(digests));
      remove(entry);
      Files.move(temporary, folder.resolve(entry), StandardCopyOption.ATOMIC_MOVE);
    } finally {
      AtomicFiles.delete(temporary);
    }
  }

  /** It is gone at once; what it held is deleted then. */
  private void remove(String entry) throws IOException {
    Path gone = folder.resolve(OLD + entry);
    AtomicFiles.delete(gone);
    if (Files.exists(folder.resolve(entry))) {
      Files.move(folder.resolve(entry), gone, StandardCopyOption.ATOMIC_MOVE);
      AtomicFiles.delete(gone);
    }
  }

  /** Takes away what killed processes left, but of the entry that is made now. */
  private void sweep(EntryLocks locks, String made) throws IOException {
    List<Path> left;
    try (Stream<Path> all = Files.list(folder)) {
      left = all.toList();
    }
    for (Path each : left) {
      String name = each.getFileName().toString();
      if (name.startsWith(TEMPORARY) && !name.endsWith(made)) {
        locks.ifNotMade(name.substring(TEMPORARY.length()), () -> AtomicFiles.delete(each));
      } else if (name.startsWith(OLD)) {
        locks.ifFree(name.substring(OLD.length()), () -> AtomicFiles.delete(each));
      }
    }
  }

  /** Has entries that nobody holds go, until there is room for so many bytes more. */
  private void makeRoom(EntryLocks locks, long more) throws IOException {
    List<Entry> entries = entries();
    long bytes = more + entries.stream().mapToLong(Entry::bytes).sum();
    for (Entry each : entries) {
      if (bytes <= bound) {
        return;
      }
      if (each.used().toInstant().isBefore(Instant.now().minus(HELD))) {
        locks.release(each.name());
      }
      if (locks.ifFree(each.name(), () -> remove(each.name()))) {
        bytes -= each.bytes();
      }
    }
  }

  private record Entry(String name, long bytes, FileTime used) {}

  /** The longest unused first. */
  private List<Entry> entries() throws IOException {
    List<Entry> entries = new ArrayList<>();
    try (Stream<Path> folders = Files.list(folder)) {
      for (Path each : folders.filter(FetchCache::isEntry).toList()) {
        try {
          entries.add(
              new Entry(
                  each.getFileName().toString(),
                  bytes(each),
                  Files.getLastModifiedTime(each.resolve(DIGESTS))));
        } catch (NoSuchFileException gone) {
          continue; // another process has taken it away
        }
      }
    }
    entries.sort(Comparator.comparing(Entry::used));
    return entries;
  }

  private static boolean isEntry(Path path) {
    return !path.getFileName().toString().startsWith(".") && Files.exists(path.resolve(DIGESTS));
  }

  private static long bytes(Path entry) throws IOException {
    long bytes = 0;
    try (Stream<Path> files = Files.walk(entry)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        bytes += Files.size(file);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return bytes;
  }
}
