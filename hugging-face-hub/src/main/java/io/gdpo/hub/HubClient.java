package io.gdpo.hub;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * Brings models and datasets of the Hugging Face Hub onto this machine, into the cache that
 * Python's {@code huggingface_hub} uses: neither side downloads what the other has. Several threads
 * and processes may do so at once.
 */
public final class HubClient {
  private final HubSettings settings;
  private final RetryPolicy policy;

  /**
   * Files of a repository at one commit, on this machine.
   *
   * @param commit the full hash that the revision stands for
   * @param folder of the commit; its files are links into the cache and must not be written
   * @param files the paths in it of those that were wanted; others may lie beside them
   */
  public record Chosen(String commit, Path folder, List<String> files) {}

  /** Files that are downloaded because they go with the model into what is saved of it. */
  public static List<String> travelling() {
    return Stream.concat(Stream.of(ModelFiles.CHAT_TEMPLATE), ModelFiles.TRAVELLING.stream())
        .toList();
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
  public HubSnapshot snapshot(HubRepository model, DownloadListener listener) {
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
  public Optional<Path> preview(HubRepository model) {
    HubCache cache = new HubCache(settings.cache(), model);
    Optional<Path> cached =
        cache
            .commit()
            .filter(commit -> ModelFiles.REQUIRED.stream().allMatch(f -> cache.has(commit, f)))
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

  /**
   * Files of a repository, downloaded as far as they are not in the cache. The Hub, the cache and
   * their order are as for a {@link #snapshot}.
   *
   * @param wanted chooses among the paths of all files that the repository has; refuses by a {@link
   *     HubException}
   * @param mostBytes that are downloaded; more are refused before the first comes
   * @throws HubException if they cannot be had; says why and what to do
   */
  public Chosen files(
      HubRepository repository,
      Function<Set<String>, List<String>> wanted,
      long mostBytes,
      DownloadListener listener) {
    HubCache cache = new HubCache(settings.cache(), repository);
    if (settings.offline()) {
      return chosenOfCache(repository, cache, wanted, listener);
    }
    if (repository.isPinned() && cache.listing(repository.revision()).isPresent()) {
      String commit = repository.revision();
      List<String> files = wanted.apply(cache.listing(commit).get());
      if (files.stream().allMatch(file -> cache.has(commit, file))) {
        return new Chosen(commit, cache.snapshot(commit), files);
      }
    }
    try {
      RepositoryDownload download =
          new RepositoryDownload(repository, settings, cache, policy, listener);
      HubLookup.Revision revision = download.revision();
      List<String> files = wanted.apply(revision.files());
      download.fetch(revision.commit(), files, missing -> checked(repository, missing, mostBytes));
      download.note(revision.commit(), () -> cache.setListing(revision.commit(), revision.files()));
      return new Chosen(revision.commit(), cache.snapshot(revision.commit()), files);
    } catch (HubException.Unreachable e) {
      Chosen cached;
      try {
        cached = chosenOfCache(repository, cache, wanted, listener);
      } catch (HubException notThere) {
        e.addSuppressed(notThere);
        throw e;
      }
      listener.said(
          "%s; using commit %s from the cache".formatted(e.getMessage(), cached.commit()));
      return cached;
    }
  }

  private static List<HubFile> checked(HubRepository repository, List<HubFile> files, long most) {
    long bytes = files.stream().mapToLong(HubFile::size).sum();
    if (bytes > most) {
      throw new HubException(
          repository,
          String.format(
              Locale.ROOT,
              "%d files of it have %,d bytes, more than %,d",
              files.size(),
              bytes,
              most),
          "Name a smaller file or folder of it");
    }
    return files;
  }

  private Chosen chosenOfCache(
      HubRepository repository,
      HubCache cache,
      Function<Set<String>, List<String>> wanted,
      DownloadListener listener) {
    String commit =
        cache
            .commit()
            .filter(it -> Files.isDirectory(cache.snapshot(it)))
            .orElseThrow(() -> notCached(repository, "revision " + repository.revision()));
    Set<String> listing = cache.listing(commit).orElse(null);
    if (listing == null) {
      listing = cache.held(commit);
      listener.said(
          "%s: another tool filled the cache; whether these are all files of commit %s cannot be told: %s"
              .formatted(repository, commit, new TreeSet<>(listing)));
    }
    List<String> files = wanted.apply(listing);
    files.stream()
        .filter(file -> !cache.has(commit, file))
        .findFirst()
        .ifPresent(
            file -> {
              throw notCached(repository, file + " of commit " + commit);
            });
    return new Chosen(commit, cache.snapshot(commit), files);
  }

  private static Optional<HubSnapshot> cached(HubRepository model, HubCache cache) {
    return cache
        .commit()
        .filter(commit -> missing(model, cache, commit).isEmpty())
        .map(commit -> new HubSnapshot(model, commit, cache.snapshot(commit)));
  }

  private static Optional<String> missing(HubRepository model, HubCache cache, String commit) {
    return ModelFiles.missing(model, file -> cache.has(commit, file), cache.snapshot(commit));
  }

  /**
   * Whether it is certain which token ends a sequence: {@code tokenizer_config.json} names it, or
   * where there is none {@code special_tokens_map.json}. Without them a model whose own one is
   * another would be trained with the usual one, and nobody would notice. So a cache that was
   * filled without these files, and without a mark that there are none, is completed before it is
   * used.
   */
  private static boolean endIsKnown(HubCache cache, String commit) {
    return cache.has(commit, ModelFiles.TOKENIZER_CONFIG)
        || cache.lacks(commit, ModelFiles.TOKENIZER_CONFIG)
            && (cache.has(commit, ModelFiles.SPECIAL_TOKENS)
                || cache.lacks(commit, ModelFiles.SPECIAL_TOKENS));
  }

  private HubException notCached(HubRepository model, HubCache cache) {
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
    return notCached(model, lacking);
  }

  private HubException notCached(HubRepository repository, String lacking) {
    return new HubException(
        repository,
        "HF_HUB_OFFLINE is set, and the cache " + settings.cache() + " does not hold " + lacking,
        "Unset HF_HUB_OFFLINE once, or download it where there is a network and copy the cache's"
            + " folder");
  }
}
