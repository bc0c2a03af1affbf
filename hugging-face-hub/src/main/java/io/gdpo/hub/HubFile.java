package io.gdpo.hub;

/**
 * A file of a commit, as the Hub tells it.
 *
 * @param path in the repository
 * @param etag the name of its content: SHA-256 of a large file, git's SHA-1 of a small one
 * @param size in bytes
 */
record HubFile(String path, String etag, long size) {}
