package io.gdpo.hub;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** One model's way from the Hub into the cache: look up its commit, then fetch what is missing. */
final class ModelDownload {
  private static final int LONGEST_LISTING = 64 << 20;
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Pattern ETAG = Pattern.compile("[A-Za-z0-9_-][A-Za-z0-9._-]*");

  private final HubModelName model;
  private final HubSettings settings;
  private final HubCache cache;
  private final HubRequests requests;
  private final HubRefusal refusal;
  private final RetryPolicy policy;
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
  }

  /**
   * What a revision is.
   *
   * @param files paths of all files in the repository
   */
  private record Revision(String commit, Set<String> files) {}

  HubSnapshot run() {
    Revision revision = lookUp();
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
    note(revision);
    return new HubSnapshot(model, revision.commit(), folder);
  }

  /** Fetches config and tokenizer alone, and looks whether there are weights that can be read. */
  Path preview() {
    Revision revision = lookUp();
    ModelFiles.checkRequired(model, revision.files());
    ModelFiles.weights(model, revision.files());
    List<String> wanted = new ArrayList<>(ModelFiles.REQUIRED);
    ModelFiles.OPTIONAL.stream().filter(revision.files()::contains).forEach(wanted::add);
    fetch(revision.commit(), wanted);
    return cache.snapshot(revision.commit());
  }

  private Revision lookUp() {
    byte[] answer =
        answer(
            "GET",
            requests.revision(),
            Optional.empty(),
            response -> response.body().all(LONGEST_LISTING));
    try {
      JsonNode info = JSON.readTree(answer);
      Set<String> files = new HashSet<>();
      info.path("siblings").forEach(file -> files.add(file.path("rfilename").asText()));
      if (HubModelName.isCommit(info.path("sha").asText())) {
        return new Revision(info.path("sha").asText(), files);
      }
      throw noHub("its answer for the revision names no commit", null);
    } catch (IOException e) {
      throw noHub("its answer for the revision is no JSON", e);
    }
  }

  /** Fetches the files that the snapshot lacks. */
  private void fetch(String commit, List<String> paths) {
    List<HubFile> missing = new ArrayList<>();
    long present = 0;
    for (String path : paths) {
      if (cache.has(commit, path)) {
        present += size(cache.snapshot(commit).resolve(path));
      } else {
        HubFile file = describe(commit, path);
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
    return ModelFiles.TRAVELLING.contains(file.path())
        && file.size() > ModelFiles.LARGEST_TRAVELLING;
  }

  /**
   * What {@code HEAD} tells of a file.
   *
   * @param size in bytes; not every server tells it
   */
  private record Description(String etag, Optional<Long> size) {}

  private HubFile describe(String commit, String path) {
    URI address = requests.file(commit, path);
    Description told =
        answer("HEAD", address, Optional.of(path), response -> description(response, path));
    return new HubFile(path, told.etag(), told.size().orElseGet(() -> measured(address, path)));
  }

  private Description description(HttpResponse<?> response, String path) {
    boolean redirects = response.statusCode() >= 300;
    String answer =
        redirects
            ? "redirect to "
                + header(response, "Location").orElse("nowhere").replaceFirst("\\?.*", "")
            : "answer";
    Optional<String> etag =
        header(response, "X-Linked-Etag")
            .or(() -> header(response, "ETag"))
            .map(ModelDownload::unquoted)
            .filter(ETAG.asMatchPredicate());
    return new Description(
        etag.orElseThrow(
            () -> noHub("its %s for file %s lacks a usable ETag".formatted(answer, path), null)),
        // The length of a redirect is not the file's.
        number(response, "X-Linked-Size")
            .or(() -> redirects ? Optional.empty() : number(response, "Content-Length")));
  }

  /**
   * The size of a file whose {@code HEAD} does not tell it: what {@code GET} announces, or else how
   * much it sends. Servers that tell neither are minimal ones, of small files: to read those twice
   * is less than to download without knowing how much.
   */
  private long measured(URI address, String path) {
    return answer(
        "GET",
        address,
        Optional.of(path),
        response -> {
          Optional<Long> announced = number(response, "Content-Length");
          return announced.isPresent() ? announced.get() : response.body().count();
        });
  }

  private static Optional<String> header(HttpResponse<?> response, String name) {
    return response.headers().firstValue(name);
  }

  private static Optional<Long> number(HttpResponse<?> response, String name) {
    return header(response, name)
        .filter(digits -> digits.matches("[0-9]{1,18}"))
        .map(Long::valueOf);
  }

  private static String unquoted(String etag) {
    return etag.replaceFirst("^W/", "").replaceAll("^\"|\"$", "");
  }

  @FunctionalInterface
  private interface Reading<T> {
    T of(HttpResponse<ResponseBody> response) throws IOException;
  }

  /** Asks until there is an answer that stays, and reads it; of {@code HEAD}, a redirect too. */
  private <T> T answer(String method, URI uri, Optional<String> file, Reading<T> reading) {
    Retries retries = new Retries(policy, model, listener);
    while (true) {
      listener.checkStop();
      try {
        HttpResponse<ResponseBody> response = requests.send(method, uri, OptionalLong.empty());
        try (ResponseBody body = response.body()) {
          if (response.statusCode() < (method.equals("HEAD") ? 400 : 300)) {
            return reading.of(response);
          }
          if (!HubRefusal.mayPass(response)) {
            throw refusal.of(response, file);
          }
          retries.afterFailure(
              String.format(
                  Locale.ROOT,
                  "%s answered %d for %s",
                  response.uri().getHost(),
                  response.statusCode(),
                  refusal.wanted(file)),
              AskedWait.in(response),
              null);
        }
      } catch (IOException e) {
        retries.afterFailure(
            "%s cannot be reached for %s: %s"
                .formatted(settings.endpoint(), refusal.wanted(file), e),
            Optional.empty(),
            e);
      }
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
  private void note(Revision revision) {
    try {
      for (String file : ModelFiles.OPTIONAL) {
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

  private HubException noHub(String problem, Throwable cause) {
    return new HubException(
        model,
        settings.endpoint() + " does not answer as a Hub: " + problem,
        HubRefusal.CHECK_ENDPOINT,
        cause);
  }
}
