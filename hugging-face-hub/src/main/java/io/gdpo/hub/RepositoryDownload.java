package io.gdpo.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/**
 * One repository's way from the Hub into the cache: look up its commit, then fetch what is missing
 * of the files that are wanted.
 */
final class RepositoryDownload {
  private final HubRepository repository;
  private final HubSettings settings;
  private final HubCache cache;
  private final HubRequests requests;
  private final HubRefusal refusal;
  private final RetryPolicy policy;
  private final HubLookup lookup;
  private final DownloadListener listener;

  RepositoryDownload(
      HubRepository repository,
      HubSettings settings,
      HubCache cache,
      RetryPolicy policy,
      DownloadListener listener) {
    this.repository = repository;
    this.settings = settings;
    this.cache = cache;
    this.requests = new HubRequests(repository, settings);
    this.refusal = new HubRefusal(repository, settings);
    this.policy = policy;
    this.listener = listener;
    this.lookup = new HubLookup(repository, settings, requests, refusal, policy, listener);
  }

  /** What the revision is now. */
  HubLookup.Revision revision() {
    return lookup.revision();
  }

  /**
   * Fetches the files that the snapshot lacks.
   *
   * @param look at what is to be fetched: gives what is, or refuses it
   */
  void fetch(String commit, List<String> paths, UnaryOperator<List<HubFile>> look) {
    List<HubFile> told = new ArrayList<>();
    long present = 0;
    for (String path : paths) {
      if (cache.has(commit, path)) {
        present += size(cache.snapshot(commit).resolve(path));
      } else {
        told.add(lookup.file(commit, path));
      }
    }
    List<HubFile> missing = look.apply(told);
    if (missing.isEmpty()) {
      return;
    }
    long total = present + missing.stream().mapToLong(HubFile::size).sum();
    checkSpace(missing);
    long before = present;
    for (HubFile file : missing) {
      long done = before;
      new BlobDownload(
              repository,
              file,
              requests.file(commit, file.path()),
              cache,
              requests,
              refusal,
              policy,
              listener)
          .run(bytes -> listener.transferred(repository + " " + file.path(), done + bytes, total));
      link(commit, file);
      before += file.size();
    }
  }

  private void checkSpace(List<HubFile> missing) {
    Path folder = settings.cache();
    while (!Files.exists(folder)) {
      folder = folder.getParent();
    }
    long needed = 0;
    long free;
    try {
      for (HubFile file : missing) {
        needed += cache.missing(file);
      }
      free = Files.getFileStore(folder).getUsableSpace();
    } catch (IOException e) {
      throw cacheFailure(e);
    }
    if (needed > free) {
      throw new HubException(
          repository,
          String.format(
              Locale.ROOT,
              "it needs %.1f MB more under %s, and %.1f MB are free there",
              needed / 1e6,
              folder,
              free / 1e6),
          "Make room, or set HF_HUB_CACHE to a folder on a larger disk");
    }
  }

  private long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      throw cacheFailure(e);
    }
  }

  private void link(String commit, HubFile file) {
    try {
      cache.link(commit, file);
    } catch (IOException | UnsupportedOperationException e) {
      throw new HubException(
          repository,
          "file " + file.path() + " cannot be linked in the cache: " + e,
          "Set HF_HUB_CACHE to a folder on a file system with symbolic links",
          e);
    }
  }

  /** What is noted of a commit beside its files. */
  @FunctionalInterface
  interface Marks {
    void set() throws IOException;
  }

  /** Only when all is there: who reads the reference offline finds all that was wanted. */
  void note(String commit, Marks marks) {
    try {
      marks.set();
      cache.setCommit(commit);
    } catch (IOException e) {
      // All files are there: a cache that cannot be written, as a shared one, serves them.
      listener.said(
          "%s: the cache cannot note what commit %s holds, so the Hub will be asked again: %s"
              .formatted(repository, commit, e));
    }
  }

  private HubException cacheFailure(IOException e) {
    return new HubException(
        repository,
        "the cache " + settings.cache() + " cannot be used: " + e,
        "Set HF_HUB_CACHE to a folder on a local disk that can be written",
        e);
  }
}
