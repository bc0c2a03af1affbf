package io.gdpo.hub;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.UUID;

/** One repository's folder in the cache: see the package for its layout. */
final class HubCache {
  private final HubModelName model;
  private final Path folder;
  private final Path locks;

  HubCache(Path cache, HubModelName model) {
    this.model = model;
    String name = "models--" + model.owner() + "--" + model.name();
    this.folder = cache.resolve(name);
    this.locks = cache.resolve(".locks").resolve(name);
  }

  /** The commit that the revision stood for when it was last looked up. */
  Optional<String> commit() {
    if (model.isPinned()) {
      return Optional.of(model.revision());
    }
    Path ref = ref();
    if (!Files.isRegularFile(ref)) {
      return Optional.empty();
    }
    try {
      return Optional.of(Files.readString(ref).strip()).filter(HubModelName::isCommit);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + ref, e);
    }
  }

  /** Notes the commit that the revision stands for. */
  void setCommit(String commit) throws IOException {
    if (model.revision().equals(commit) || commit().filter(commit::equals).isPresent()) {
      return;
    }
    Path ref = ref();
    Files.createDirectories(ref.getParent());
    Path temporary = ref.resolveSibling(ref.getFileName() + "." + UUID.randomUUID() + ".tmp");
    Files.writeString(temporary, commit);
    Files.move(temporary, ref, StandardCopyOption.ATOMIC_MOVE);
  }

  private Path ref() {
    return folder.resolve("refs").resolve(model.revision());
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
