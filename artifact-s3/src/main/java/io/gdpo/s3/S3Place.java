package io.gdpo.s3;

import java.net.URI;
import java.net.URISyntaxException;

/**
 * Where something lies.
 *
 * @param key without a slash at either end; empty for the bucket itself
 */
record S3Place(String bucket, String key) {

  /**
   * Of {@code s3://BUCKET/KEY}; blanks and the like of a key are written as in any URI, {@code
   * %20}.
   *
   * @throws IllegalArgumentException if it is none
   */
  static S3Place of(URI address) {
    boolean odd = address.getRawQuery() != null || address.getRawFragment() != null;
    if (!S3ArtifactStore.Scheme.NAME.equals(address.getScheme())
        || address.getAuthority() == null
        || address.getAuthority().matches(".*[@:].*")
        || odd) {
      throw new IllegalArgumentException(
          "'%s' is no address in S3; it is written s3://BUCKET/KEY, in a key # as %%23, ? as %%3F and %% as %%25"
              .formatted(withoutUser(address)));
    }
    return new S3Place(address.getAuthority(), address.getPath().replaceAll("^/+|/+$", ""));
  }

  /** Somebody may have put a secret there. */
  private static String withoutUser(URI address) {
    return address.toString().replaceFirst("//[^/]*@", "//");
  }

  /** What lies below; this place itself for an empty name. */
  S3Place below(String name) {
    return name.isEmpty() ? this : new S3Place(bucket, prefix() + name);
  }

  /** How the keys of all that lies below begin. */
  String prefix() {
    return key.isEmpty() ? "" : key + "/";
  }

  /** It as an artifact's address. */
  URI address() {
    try {
      return new URI(S3ArtifactStore.Scheme.NAME, bucket, "/" + key, null, null);
    } catch (URISyntaxException e) {
      throw new IllegalArgumentException(this + " is no address: " + e.getMessage(), e);
    }
  }

  @Override
  public String toString() {
    return "s3://" + bucket + "/" + key;
  }
}
