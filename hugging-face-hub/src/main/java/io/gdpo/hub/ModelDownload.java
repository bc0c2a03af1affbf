package io.gdpo.hub;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** One model's way from the Hub into the cache: look up its commit, then fetch what is missing. */
final class ModelDownload {
  private final HubModelName model;
  private final HubSettings settings;
  private final HubCache cache;
  private final HubRequests requests;
  private final HubRefusal refusal;
  private final RetryPolicy policy;
  private final HubLookup lookup;
  private final DownloadListener listener;

  ModelDownload(
      HubModelName model,
      HubSettings settings,
      HubCache cache,
      RetryPolicy policy,
      DownloadListener listener) {
    this.model = model;
    this.settings = settings;
    this.cache = cache;
    this.requests = new HubRequests(model, settings);
    this.refusal = new HubRefusal(model, settings);
    this.policy = policy;
    this.listener = listener;
    this.lookup = new HubLookup(model, settings, requests, refusal, policy, listener);
  }

  HubSnapshot run() {
    HubLookup.Revision revision = lookup.revision();
    String weights = RepositoryFiles.weights(model, revision.files());
    RepositoryFiles.checkRequired(model, revision.files());
    List<String> wanted = new ArrayList<>(RepositoryFiles.REQUIRED);
    Stream.concat(RepositoryFiles.OPTIONAL.stream(), RepositoryFiles.TRAVELLING.stream())
        .filter(revision.files()::contains)
        .forEach(wanted::add);
    wanted.add(weights);
    Path folder = cache.snapshot(revision.commit());
    if (weights.equals(RepositoryFiles.INDEX)) {
      fetch(revision.commit(), List.of(weights));
      wanted.addAll(RepositoryFiles.shards(model, folder.resolve(weights)));
    }
    fetch(revision.commit(), wanted);
    note(revision);
    return new HubSnapshot(model, revision.commit(), folder);
  }

  /** Fetches config and tokenizer alone, and looks whether there are weights that can be read. */
  Path preview() {
    HubLookup.Revision revision = lookup.revision();
    RepositoryFiles.checkRequired(model, revision.files());
    RepositoryFiles.weights(model, revision.files());
    List<String> wanted = new ArrayList<>(RepositoryFiles.REQUIRED);
    RepositoryFiles.OPTIONAL.stream().filter(revision.files()::contains).forEach(wanted::add);
    fetch(revision.commit(), wanted);
    return cache.snapshot(revision.commit());
  }

  /** Fetches the files that the snapshot lacks. */
  private void fetch(String commit, List<String> paths) {
    List<HubFile> missing = new ArrayList<>();
    long present = 0;
    for (String path : paths) {
      if (cache.has(commit, path)) {
        present += size(cache.snapshot(commit).resolve(path));
      } else {
        HubFile file = lookup.file(commit, path);
        if (isTooLarge(file)) {
          listener.said(
              String.format(
                  Locale.ROOT,
                  "%s: file %s of %.1f MB is left out; training does not need it, and what is saved will lack it",
                  model,
                  path,
                  file.size() / 1e6));
        } else {
          missing.add(file);
        }
      }
    }
    if (missing.isEmpty()) {
      return;
    }
    long total = present + missing.stream().mapToLong(HubFile::size).sum();
    checkSpace(missing);
    long before = present;
    for (HubFile file : missing) {
      long done = before;
      new BlobDownload(
              model,
              file,
              requests.file(commit, file.path()),
              cache,
              requests,
              refusal,
              policy,
              listener)
          .run(bytes -> listener.transferred(model + " " + file.path(), done + bytes, total));
      link(commit, file);
      before += file.size();
    }
  }

  private static boolean isTooLarge(HubFile file) {
    return RepositoryFiles.TRAVELLING.contains(file.path())
        && file.size() > RepositoryFiles.LARGEST_TRAVELLING;
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
          model,
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
          model,
          "file " + file.path() + " cannot be linked in the cache: " + e,
          "Set HF_HUB_CACHE to a folder on a file system with symbolic links",
          e);
    }
  }

  /** Only now, when all is there: who reads the reference offline finds a whole model. */
  private void note(HubLookup.Revision revision) {
    try {
      for (String file : RepositoryFiles.OPTIONAL) {
        if (!revision.files().contains(file)) {
          cache.setLacks(revision.commit(), file);
        }
      }
      cache.setCommit(revision.commit());
    } catch (IOException e) {
      // All files are there: a cache that cannot be written, as a shared one, serves them.
      listener.said(
          "%s: the cache cannot note what commit %s holds, so the Hub will be asked again: %s"
              .formatted(model, revision.commit(), e));
    }
  }

  private HubException cacheFailure(IOException e) {
    return new HubException(
        model,
        "the cache " + settings.cache() + " cannot be used: " + e,
        "Set HF_HUB_CACHE to a folder on a local disk that can be written",
        e);
  }
}
