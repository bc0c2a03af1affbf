package io.gdpo.hub;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Brings models of the Hugging Face Hub onto this machine, into the cache that Python's {@code
 * huggingface_hub} uses: neither side downloads what the other has. Several threads and processes
 * may do so at once.
 */
public final class HubClient {
  private final HubSettings settings;
  private final RetryPolicy policy;

  /** Files that are downloaded because they go with the model into what is saved of it. */
  public static List<String> travelling() {
    return RepositoryFiles.TRAVELLING;
  }

  public HubClient(HubSettings settings) {
    this(settings, RetryPolicy.PATIENT);
  }

  HubClient(HubSettings settings, RetryPolicy policy) {
    this.settings = settings;
    this.policy = policy;
  }

  /**
   * The model, downloaded as far as it is not in the cache: config, tokenizer and safetensors. Asks
   * the Hub what a branch or tag stands for, and takes the cache's word if the Hub cannot be
   * reached; a commit that the cache has whole is not asked for. Offline, only the cache is used.
   *
   * @param listener hears of progress, waits and retries
   * @throws HubException if the model cannot be had; says why and what to do
   */
  public HubSnapshot snapshot(HubModelName model, DownloadListener listener) {
    HubCache cache = new HubCache(settings.cache(), model);
    Optional<HubSnapshot> cached = cached(model, cache);
    if (settings.offline()) {
      return cached.orElseThrow(() -> notCached(model, cache));
    }
    if (model.isPinned() && cached.isPresent() && endIsKnown(cache, model.revision())) {
      return cached.get();
    }
    try {
      return new ModelDownload(model, settings, cache, policy, listener).run();
    } catch (HubException e) {
      // A branch that the Hub refuses may have moved; what a commit is, no answer can change.
      if (cached.isEmpty() || !(model.isPinned() || e instanceof HubException.Unreachable)) {
        throw e;
      }
      listener.said(
          "%s; using commit %s from the cache".formatted(e.getMessage(), cached.get().commit()));
      return cached.get();
    }
  }

  /**
   * The folder with a model's config and tokenizer, without its weights: enough to see whether it
   * can be trained. The Hub is asked once, without retries.
   *
   * @return empty if the cache does not hold them and the Hub cannot be asked now
   * @throws HubException if the model cannot be had, now or later; says why and what to do
   */
  public Optional<Path> preview(HubModelName model) {
    HubCache cache = new HubCache(settings.cache(), model);
    Optional<Path> cached =
        cache
            .commit()
            .filter(commit -> RepositoryFiles.REQUIRED.stream().allMatch(f -> cache.has(commit, f)))
            .map(cache::snapshot);
    if (settings.offline() || model.isPinned() && cached.isPresent()) {
      return cached;
    }
    try {
      DownloadListener quiet = new DownloadLog(line -> {});
      return Optional.of(
          new ModelDownload(model, settings, cache, RetryPolicy.ONCE, quiet).preview());
    } catch (HubException.Unreachable e) {
      return cached;
    }
  }

  private static Optional<HubSnapshot> cached(HubModelName model, HubCache cache) {
    return cache
        .commit()
        .filter(commit -> missing(model, cache, commit).isEmpty())
        .map(commit -> new HubSnapshot(model, commit, cache.snapshot(commit)));
  }

  private static Optional<String> missing(HubModelName model, HubCache cache, String commit) {
    return RepositoryFiles.missing(model, file -> cache.has(commit, file), cache.snapshot(commit));
  }

  /**
   * Whether it is certain which token ends a sequence: {@code tokenizer_config.json} names it, or
   * where there is none {@code special_tokens_map.json}. Without them a model whose own one is
   * another would be trained with the usual one, and nobody would notice. So a cache that was
   * filled without these files, and without a mark that there are none, is completed before it is
   * used.
   */
  private static boolean endIsKnown(HubCache cache, String commit) {
    return cache.has(commit, RepositoryFiles.TOKENIZER_CONFIG)
        || cache.lacks(commit, RepositoryFiles.TOKENIZER_CONFIG)
            && (cache.has(commit, RepositoryFiles.SPECIAL_TOKENS)
                || cache.lacks(commit, RepositoryFiles.SPECIAL_TOKENS));
  }

  private HubException notCached(HubModelName model, HubCache cache) {
    String lacking =
        cache
            .commit()
            .map(
                commit ->
                    missing(model, cache, commit)
                            .orElseThrow(() -> new IllegalStateException("nothing is missing"))
                        + " of commit "
                        + commit)
            .orElse("revision " + model.revision());
    return new HubException(
        model,
        "HF_HUB_OFFLINE is set, and the cache " + settings.cache() + " does not hold " + lacking,
        "Unset HF_HUB_OFFLINE once, or download it where there is a network and copy the cache's"
            + " folder");
  }
}
