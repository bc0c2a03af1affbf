package io.gdpo.s3;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import org.gaul.s3proxy.AuthenticationType;
import org.gaul.s3proxy.S3Proxy;
import org.gaul.s3proxy.nio2blob.FilesystemNio2BlobProviderMetadata;
import org.jclouds.ContextBuilder;
import org.jclouds.blobstore.BlobStoreContext;

/** A real S3 server in this JVM, whose buckets are folders below one of this machine. */
public final class S3Server implements AutoCloseable {
  public static final String BUCKET = "gdpo-artifacts";
  public static final String USER = "researcher";
  public static final String SECRET = "not-for-any-log-4711";

  /** Bytes of what it takes in one request. */
  private static final long LARGEST_PART = 8 << 20;

  private final Path folder;
  private final BlobStoreContext context;
  private final S3Proxy server;

  /**
   * Starts with one bucket, on a port that is free.
   *
   * @param folder of its data
   */
  public S3Server(Path folder) {
    this.folder = folder;
    Properties properties = new Properties();
    properties.setProperty("jclouds.filesystem.basedir", folder.toString());
    context =
        ContextBuilder.newBuilder(new FilesystemNio2BlobProviderMetadata())
            .overrides(properties)
            .credentials("anyone", "anything")
            .buildView(BlobStoreContext.class);
    context.getBlobStore().createContainerInLocation(null, BUCKET);
    server =
        S3Proxy.builder()
            .blobStore(context.getBlobStore())
            .endpoint(URI.create("http://127.0.0.1:0"))
            .awsAuthentication(AuthenticationType.AWS_V2_OR_V4, USER, SECRET)
            .ignoreUnknownHeaders(true)
            .maxSinglePartObjectSize(LARGEST_PART)
            .build();
    try {
      server.start();
    } catch (Exception e) {
      throw new IllegalStateException("The S3 server does not start", e);
    }
  }

  public String endpoint() {
    return "http://127.0.0.1:" + server.getPort();
  }

  /** What a process needs to be told to reach it, without what it has to keep for itself. */
  public Map<String, String> environment() {
    return Map.of("AWS_ENDPOINT_URL_S3", endpoint(), "AWS_REGION", "eu-central-1");
  }

  /** What it has to keep for itself. */
  public Map<String, String> credentials() {
    return Map.of("AWS_ACCESS_KEY_ID", USER, "AWS_SECRET_ACCESS_KEY", SECRET);
  }

  /** The file that the server keeps an object in. */
  public Path file(String key) {
    return folder.resolve(BUCKET).resolve(key);
  }

  /**
   * The keys of all files that the server keeps, those of half uploads among them. What is deleted
   * meanwhile may be named or not.
   */
  public List<String> files() {
    Path bucket = folder.resolve(BUCKET);
    List<String> keys = new ArrayList<>();
    try {
      Files.walkFileTree(
          bucket,
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
              if (attributes.isRegularFile()) {
                keys.add(bucket.relativize(file).toString());
              }
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
              return goOnIfGone(e);
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException e)
                throws IOException {
              return e == null ? FileVisitResult.CONTINUE : goOnIfGone(e);
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Collections.sort(keys);
    return keys;
  }

  private static FileVisitResult goOnIfGone(IOException e) throws IOException {
    if (e instanceof NoSuchFileException) {
      return FileVisitResult.CONTINUE;
    }
    throw e;
  }

  @Override
  public void close() {
    try {
      server.stop();
    } catch (Exception e) {
      throw new IllegalStateException("The S3 server does not stop", e);
    }
    context.close();
  }
}
