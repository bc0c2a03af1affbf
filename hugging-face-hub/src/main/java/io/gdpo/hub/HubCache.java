package io.gdpo.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One repository's folder in the cache: see the package for its layout. */
final class HubCache {
  private final HubRepository repository;
  private final Path folder;
  private final Path locks;

  HubCache(Path cache, HubRepository repository) {
    this.repository = repository;
    String name = repository.kind().plural() + "--" + repository.owner() + "--" + repository.name();
    this.folder = cache.resolve(name);
    this.locks = cache.resolve(".locks").resolve(name);
  }

  /** The commit that the revision stood for when it was last looked up. */
  Optional<String> commit() {
    if (repository.isPinned()) {
      return Optional.of(repository.revision());
    }
    Path ref = ref();
    if (!Files.isRegularFile(ref)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(ref).strip()).filter(HubRepository::isCommit);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + ref, e);
    }
  }

  /** Notes the commit that the revision stands for. */
  void setCommit(String commit) throws IOException {
    if (repository.revision().equals(commit) || commit().filter(commit::equals).isPresent()) {
      return;
    }
    write(ref(), commit);
  }

  /** Aside and moved into place, so that no reader finds half of it. */
  private static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Path temporary = file.resolveSibling(file.getFileName() + "." + UUID.randomUUID() + ".tmp");
    Files.writeString(temporary, content);
    Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path ref() {
    return folder.resolve("refs").resolve(repository.revision());
  }

  Path snapshot(String commit) {
    return folder.resolve("snapshots").resolve(commit);
  }

  boolean has(String commit, String file) {
    return Files.isRegularFile(snapshot(commit).resolve(file));
  }

  /** Whether it is known that the commit has no such file. */
  boolean lacks(String commit, String file) {
    return Files.exists(absence(commit, file));
  }

  void setLacks(String commit, String file) throws IOException {
    Path mark = absence(commit, file);
    Files.createDirectories(mark.getParent());
    try {
      Files.createFile(mark);
    } catch (FileAlreadyExistsException e) {
      // Noted before, by us or by Python.
    }
  }

  /** All files of a commit, as far as this cache was told. */
  Optional<Set<String>> listing(String commit) {
    Path file = listingFile(commit);
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Set.copyOf(Files.readAllLines(file)));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + file, e);
    }
  }

  /** Notes all files of a commit. */
  void setListing(String commit, Set<String> files) throws IOException {
    if (listing(commit).isEmpty()) {
      write(listingFile(commit), String.join("\n", new TreeSet<>(files)));
    }
  }

  private Path listingFile(String commit) {
    return folder.resolve(".listings").resolve(commit);
  }

  /** The files of a commit that are here. */
  Set<String> held(String commit) {
    Path snapshot = snapshot(commit);
    try (Stream<Path> files = Files.walk(snapshot)) {
      return files
          .filter(Files::isRegularFile)
          .map(file -> snapshot.relativize(file).toString())
          .collect(Collectors.toSet());
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + snapshot, e);
    }
  }

  private Path absence(String commit, String file) {
    return folder.resolve(".no_exist").resolve(commit).resolve(file);
  }

  Path blob(HubFile file) {
    return folder.resolve("blobs").resolve(file.etag());
  }

  /** Whether the content is there; a blob of another size is an interrupted copy of a cache. */
  boolean holds(HubFile file) throws IOException {
    return Files.isRegularFile(blob(file)) && Files.size(blob(file)) == file.size();
  }

  /** Bytes that are still to be downloaded. */
  long missing(HubFile file) throws IOException {
    if (holds(file)) {
      return 0;
    }
    long here = Files.exists(partial(file)) ? Files.size(partial(file)) : 0;
    return Math.max(0, file.size() - here);
  }

  Path partial(HubFile file) {
    return folder.resolve("blobs").resolve(file.etag() + ".incomplete");
  }

  Path lock(HubFile file) {
    return locks.resolve(file.etag() + ".lock");
  }

  /** Links a file of a commit to its blob. Another process may do the same at the same time. */
  void link(String commit, HubFile file) throws IOException {
    Path link = snapshot(commit).resolve(file.path());
    Files.createDirectories(link.getParent());
    Path target = link.getParent().relativize(blob(file));
    // Made aside and moved into place, so that no reader finds it missing or half there.
    Path temporary = link.resolveSibling(link.getFileName() + "." + UUID.randomUUID() + ".tmp");
    Files.createSymbolicLink(temporary, target);
    Files.move(temporary, link, StandardCopyOption.ATOMIC_MOVE);
  }
}
