package io.gdpo.artifacts;

/**
 * A file as a {@link BlobStore} tells of it.
 *
 * @param name below the address that was asked for; empty for what lies at that address itself
 * @param version changes whenever the content does
 */
public record Blob(String name, long bytes, String version) {}
