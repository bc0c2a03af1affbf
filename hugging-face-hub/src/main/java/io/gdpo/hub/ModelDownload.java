package io.gdpo.hub;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/** A model's way from the Hub into the cache: what it needs of its repository, and no more. */
final class ModelDownload {
  private final HubRepository model;
  private final HubCache cache;
  private final DownloadListener listener;
  private final RepositoryDownload download;

  ModelDownload(
      HubRepository model,
      HubSettings settings,
      HubCache cache,
      RetryPolicy policy,
      DownloadListener listener) {
    this.model = model;
    this.cache = cache;
    this.listener = listener;
    this.download = new RepositoryDownload(model, settings, cache, policy, listener);
  }

  HubSnapshot run() {
    HubLookup.Revision revision = download.revision();
    String weights = ModelFiles.weights(model, revision.files());
    ModelFiles.checkRequired(model, revision.files());
    List<String> wanted = new ArrayList<>(ModelFiles.REQUIRED);
    Stream.concat(ModelFiles.OPTIONAL.stream(), ModelFiles.TRAVELLING.stream())
        .filter(revision.files()::contains)
        .forEach(wanted::add);
    wanted.add(weights);
    Path folder = cache.snapshot(revision.commit());
    if (weights.equals(ModelFiles.INDEX)) {
      fetch(revision.commit(), List.of(weights));
      wanted.addAll(ModelFiles.shards(model, folder.resolve(weights)));
    }
    fetch(revision.commit(), wanted);
    download.note(
        revision.commit(),
        () -> {
          for (String file : ModelFiles.OPTIONAL) {
            if (!revision.files().contains(file)) {
              cache.setLacks(revision.commit(), file);
            }
          }
        });
    return new HubSnapshot(model, revision.commit(), folder);
  }

  /** Fetches config and tokenizer alone, and looks whether there are weights that can be read. */
  Path preview() {
    HubLookup.Revision revision = download.revision();
    ModelFiles.checkRequired(model, revision.files());
    ModelFiles.weights(model, revision.files());
    List<String> wanted = new ArrayList<>(ModelFiles.REQUIRED);
    ModelFiles.OPTIONAL.stream().filter(revision.files()::contains).forEach(wanted::add);
    fetch(revision.commit(), wanted);
    return cache.snapshot(revision.commit());
  }

  private void fetch(String commit, List<String> paths) {
    download.fetch(
        commit, paths, files -> files.stream().filter(file -> !isTooLarge(file)).toList());
  }

  private boolean isTooLarge(HubFile file) {
    boolean tooLarge =
        ModelFiles.TRAVELLING.contains(file.path()) && file.size() > ModelFiles.LARGEST_TRAVELLING;
    if (tooLarge) {
      listener.said(
          String.format(
              Locale.ROOT,
              "%s: file %s of %.1f MB is left out; training does not need it, and what is saved will lack it",
              model,
              file.path(),
              file.size() / 1e6));
    }
    return tooLarge;
  }
}
