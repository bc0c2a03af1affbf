package io.gdpo.artifacts.process;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.Json;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;

/**
 * Where a job writes what it makes: a folder of this machine, which others see, and later attempts
 * go on from, at the job's address.
 *
 * <p>Where that address is a folder of this machine, it is this folder: nothing is copied, and only
 * one process works in it at a time. In another store, {@link #publish} copies what is new, part by
 * part, then the manifest that names all parts, and {@link #open} brings those of the attempt
 * before. Who opened it last has it: an attempt before that still runs publishes no more, and never
 * replaces a manifest that it has not seen.
 */
public final class JobWorkspace implements AutoCloseable {
  private static final String MANIFEST = "manifest.json";
  private static final String LOCK = "lock";

  /** Bytes of a lock that are read. */
  private static final int OWNER = 64;

  private final ArtifactStore store;
  private final Path root;
  private final Optional<FileChannel> lock;

  /** Names this process in the store's lock. */
  private final byte[] owner = UUID.randomUUID().toString().getBytes(StandardCharsets.US_ASCII);

  /** What lies in the store, by its name; empty for a workspace in place. */
  private Map<String, Part> published = new HashMap<>();

  /** The version of the store's manifest when it was last looked at. */
  private Optional<String> manifest = Optional.empty();

  /** By this a file is known to be the one that was published. */
  private record Part(long bytes, FileTime modified) {
    static Part of(Path file) throws IOException {
      return new Part(Files.size(file), Files.getLastModifiedTime(file));
    }
  }

  /**
   * Names all parts that were published.
   *
   * @param parts bytes by key
   */
  record Manifest(Map<String, Long> parts) {}

  private JobWorkspace(ArtifactStore store, Path root, Optional<FileChannel> lock) {
    this.store = store;
    this.root = root;
    this.lock = lock;
  }

  /**
   * The workspace of a job. Waits until no other process works in it: the attempt before this one
   * may still be saving its checkpoint after its service was killed. It is given back when closed,
   * or when this process ends, however it ends.
   *
   * @param address of the job's folder
   */
  public static JobWorkspace open(URI address) throws IOException {
    ArtifactStore store = Artifacts.at(address);
    if (store.folder().isEmpty()) {
      JobWorkspace workspace =
          new JobWorkspace(store, Files.createTempDirectory("gdpo-job-"), Optional.empty());
      store.write(LOCK, workspace.owner);
      workspace.fetch();
      return workspace;
    }
    Path root = Files.createDirectories(store.folder().get());
    FileChannel lock =
        FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    lock.lock();
    return new JobWorkspace(store, root, Optional.of(lock));
  }

  /** A folder of this machine, of which the caller knows that nobody else works in it. */
  public static JobWorkspace in(Path folder) {
    return new JobWorkspace(Artifacts.at(folder.toUri()), folder, Optional.empty());
  }

  /** The folder of this machine. */
  public Path root() {
    return root;
  }

  /** The store of the job's address, for small files that others are to see at once. */
  public ArtifactStore store() {
    return store;
  }

  /** Where others find a file or folder of this workspace, once it is published. */
  public URI uri(Path part) {
    return store.uri(key(part));
  }

  /**
   * Has others see what is new, and later attempts go on from it.
   *
   * @throws CancellationException if a later attempt has the job's folder by now
   */
  public void publish() throws IOException {
    if (isInPlace()) {
      return;
    }
    requireMine();
    Map<String, Part> now = parts();
    for (Map.Entry<String, Part> part : now.entrySet()) {
      if (!part.getValue().equals(published.get(part.getKey()))) {
        store.write(part.getKey(), root.resolve(part.getKey()));
      }
    }
    Map<String, Long> bytes = new TreeMap<>();
    now.forEach((key, part) -> bytes.put(key, part.bytes()));
    byte[] list = Json.EVENTS.writeValueAsBytes(new Manifest(bytes));
    requireMine();
    Optional<String> listed = store.replace(MANIFEST, manifest, list);
    while (listed.isEmpty()) { // by an attempt before, to its last; one behind has the lock
      manifest = store.version(store.uri(MANIFEST));
      requireMine();
      listed = store.replace(MANIFEST, manifest, list);
    }
    manifest = listed;
    for (String key : published.keySet()) {
      if (!now.containsKey(key)) {
        store.delete(key);
      }
    }
    published = now;
  }

  /** What it copies may take long, and the next attempt does not wait. */
  private void requireMine() {
    if (!Arrays.equals(store.read(store.uri(LOCK), OWNER), owner)) {
      throw new CancellationException(
          "another process has taken over the job's folder " + store.uri(LOCK).resolve("."));
    }
  }

  private void fetch() throws IOException {
    URI address = store.uri(MANIFEST);
    manifest = store.version(address);
    if (manifest.isEmpty()) {
      return;
    }
    for (String key : Json.EVENTS.readValue(store.read(address), Manifest.class).parts().keySet()) {
      Path file = root.resolve(key);
      Files.createDirectories(file.getParent());
      store.copy(store.uri(key), file);
      published.put(key, Part.of(file));
    }
  }

  /** All files but those that are still being written, which are hidden. */
  private Map<String, Part> parts() throws IOException {
    Map<String, Part> parts = new TreeMap<>();
    try (Stream<Path> files = Files.walk(root)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String key = key(file);
        if (!key.startsWith(".") && !key.contains("/.")) {
          parts.put(key, Part.of(file));
        }
      }
    }
    return parts;
  }

  private String key(Path part) {
    return root.relativize(part).toString();
  }

  private boolean isInPlace() {
    return store.folder().isPresent();
  }

  /** Gives the workspace back; a copy of it is deleted. */
  @Override
  public void close() throws IOException {
    if (lock.isPresent()) {
      lock.get().close();
    }
    if (!isInPlace()) {
      AtomicFiles.delete(root);
    }
  }
}
