package io.gdpo.s3;

import io.gdpo.artifacts.ArtifactKey;
import io.gdpo.artifacts.ArtifactScheme;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Blob;
import io.gdpo.artifacts.BlobStore;
import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Reason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import software.amazon.awssdk.core.ResponseInputStream;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.core.sync.ResponseTransformer;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Object;

/**
 * The artifact store in S3, or behind what speaks as it does: {@code s3://BUCKET/PREFIX}.
 *
 * <p>A file's SHA-256 is stored beside it and compared with what is read, also where a server keeps
 * no checksums or a gateway stands between; the SDK's own checksums guard the way there. What
 * others put into the bucket has none and is checked by the SDK only. The service's standard
 * retries apply to each request.
 */
public final class S3ArtifactStore extends BlobStore {
  private static final String SHA256 = "sha256";

  private final S3Place root;
  private final S3Settings settings;
  private final S3Client client;

  /** {@code s3:} */
  public static final class Scheme implements ArtifactScheme {
    static final String NAME = "s3";

    @Override
    public String name() {
      return NAME;
    }

    @Override
    public ArtifactStore at(URI root, Map<String, String> environment) {
      return new S3ArtifactStore(root, environment, S3Settings.of(environment));
    }
  }

  S3ArtifactStore(URI root, Map<String, String> environment, S3Settings settings) {
    super(root, environment);
    this.root = S3Place.of(root);
    this.settings = settings;
    this.client = S3Clients.of(settings);
  }

  @Override
  public boolean exists(URI artifact) {
    S3Place place = S3Place.of(artifact);
    return find(artifact).isPresent() || first(place, place.prefix()).findAny().isPresent();
  }

  @Override
  public List<String> list(URI folder, String after) {
    S3Place place = S3Place.of(folder);
    return objects(
            place,
            request ->
                request.prefix(place.prefix()).delimiter("/").startAfter(place.prefix() + after))
        .map(object -> object.key().substring(place.prefix().length()))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  @Override
  public List<String> folders(URI folder) {
    S3Place place = S3Place.of(folder);
    return pages(place, request -> request.prefix(place.prefix()).delimiter("/"))
        .flatMap(page -> page.commonPrefixes().stream())
        .map(common -> common.prefix().substring(place.prefix().length()).replaceFirst("/$", ""))
        .filter(name -> !name.isEmpty())
        .toList();
  }

  @Override
  public byte[] read(URI artifact, int most) {
    S3Place place = S3Place.of(artifact);
    return tried(
        place,
        "read",
        () -> {
          try (ResponseInputStream<GetObjectResponse> in =
              client.getObject(request -> request.bucket(place.bucket()).key(place.key()))) {
            byte[] bytes = in.readNBytes(most);
            if (bytes.length == most && in.read() >= 0) {
              in.abort();
              throw new UncheckedIOException(
                  new IOException(place + " has more than the " + most + " bytes that are read"));
            }
            requireSame(
                place, in.response(), HexFormat.of().formatHex(Digests.sha256().digest(bytes)));
            return bytes;
          } catch (IOException e) {
            throw new UncheckedIOException(place + " cannot be read: " + Reason.of(e), e);
          }
        });
  }

  @Override
  public URI write(String key, byte[] content) {
    S3Place place = root.below(ArtifactKey.checked(key));
    String sha256 = HexFormat.of().formatHex(Digests.sha256().digest(content));
    tried(place, "written", () -> put(place, sha256, RequestBody.fromBytes(content)));
    return uri(key);
  }

  @Override
  public URI write(String key, Path file) {
    S3Place place = root.below(ArtifactKey.checked(key));
    try {
      long bytes = Files.size(file);
      String sha256 = Digests.ofFile(file);
      tried(
          place,
          "written",
          () -> {
            if (bytes <= settings.partBytes()) {
              return put(place, sha256, RequestBody.fromFile(file));
            }
            new MultipartUpload(client, place, file, bytes, settings.partBytes())
                .send(Map.of(SHA256, sha256));
            return null;
          });
      return uri(key);
    } catch (IOException e) {
      throw new UncheckedIOException(file + " cannot be stored: " + Reason.of(e), e);
    }
  }

  private PutObjectResponse put(S3Place place, String sha256, RequestBody content) {
    return client.putObject(
        request -> request.bucket(place.bucket()).key(place.key()).metadata(Map.of(SHA256, sha256)),
        content);
  }

  /** By a conditional write, if the server is said to know it. */
  @Override
  public Optional<String> replace(String key, Optional<String> seen, byte[] content) {
    if (!settings.conditionalWrites()) {
      return version(uri(key)).equals(seen) ? version(write(key, content)) : Optional.empty();
    }
    S3Place place = root.below(ArtifactKey.checked(key));
    String sha256 = HexFormat.of().formatHex(Digests.sha256().digest(content));
    try {
      return Optional.of(
          client
              .putObject(
                  request -> {
                    request
                        .bucket(place.bucket())
                        .key(place.key())
                        .metadata(Map.of(SHA256, sha256));
                    seen.ifPresentOrElse(request::ifMatch, () -> request.ifNoneMatch("*"));
                  },
                  RequestBody.fromBytes(content))
              .eTag());
    } catch (SdkException e) {
      if (S3Failure.isOtherVersion(e)) {
        return Optional.empty();
      }
      throw S3Failure.of(place, "written", e);
    }
  }

  @Override
  protected Optional<Blob> find(URI file) {
    S3Place place = S3Place.of(file);
    // By a listing: its answer tells a missing bucket from a missing file.
    return first(place, place.key())
        .filter(object -> object.key().equals(place.key()))
        .map(object -> blob("", object))
        .findFirst();
  }

  @Override
  protected List<Blob> below(URI folder) {
    S3Place place = S3Place.of(folder);
    return objects(place, request -> request.prefix(place.prefix()))
        .filter(object -> !object.key().endsWith("/")) // some programs store folders so
        .map(object -> blob(object.key().substring(place.prefix().length()), object))
        .toList();
  }

  @Override
  protected void download(URI base, Blob file, Path target) {
    S3Place place = S3Place.of(base).below(file.name());
    GetObjectResponse response =
        tried(
            place,
            "read",
            () ->
                client.getObject(
                    request ->
                        request.bucket(place.bucket()).key(place.key()).ifMatch(file.version()),
                    ResponseTransformer.toFile(target)));
    try {
      requireSame(place, response, Digests.ofFile(target));
    } catch (IOException e) {
      throw new UncheckedIOException(target + " cannot be read: " + Reason.of(e), e);
    }
  }

  @Override
  protected void delete(URI base, Blob file) {
    S3Place place = S3Place.of(base).below(file.name());
    tried(
        place,
        "deleted",
        () -> client.deleteObject(request -> request.bucket(place.bucket()).key(place.key())));
  }

  /** The first file whose key begins so, if there is one. */
  private Stream<S3Object> first(S3Place place, String prefix) {
    return tried(
        place,
        "looked for",
        () ->
            client.listObjectsV2(
                request -> request.bucket(place.bucket()).prefix(prefix).maxKeys(1)))
        .contents()
        .stream();
  }

  /** All files that a listing gives. */
  private Stream<S3Object> objects(S3Place place, Consumer<ListObjectsV2Request.Builder> which) {
    return pages(place, which).flatMap(page -> page.contents().stream());
  }

  /** All that a listing gives, page by page. */
  private Stream<ListObjectsV2Response> pages(
      S3Place place, Consumer<ListObjectsV2Request.Builder> which) {
    ListObjectsV2Request.Builder request =
        ListObjectsV2Request.builder().bucket(place.bucket()).maxKeys(settings.pageKeys());
    which.accept(request);
    List<ListObjectsV2Response> pages = new ArrayList<>();
    ListObjectsV2Response page;
    do {
      page = tried(place, "listed", () -> client.listObjectsV2(request.build()));
      pages.add(page);
      // The place to go on from takes the place of that to begin at; some servers refuse both.
      request.startAfter(null).continuationToken(page.nextContinuationToken());
    } while (Boolean.TRUE.equals(page.isTruncated()));
    return pages.stream();
  }

  private static Blob blob(String name, S3Object object) {
    return new Blob(name, object.size(), object.eTag());
  }

  private static void requireSame(S3Place place, GetObjectResponse response, String sha256) {
    String stored = response.metadata().getOrDefault(SHA256, sha256);
    if (!stored.equals(sha256)) {
      throw new UncheckedIOException(
          new IOException(
              "%s is damaged: its SHA-256 is %s, and %s was stored. Make it anew, or restore an earlier version of it"
                  .formatted(place, sha256, stored)));
    }
  }

  private static <T> T tried(S3Place place, String what, Supplier<T> request) {
    try {
      return request.get();
    } catch (SdkException e) {
      if (S3Failure.isMissing(e)) {
        throw missing(place.address());
      }
      throw S3Failure.of(place, what, e);
    }
  }
}
