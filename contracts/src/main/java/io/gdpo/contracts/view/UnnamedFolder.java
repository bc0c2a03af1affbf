package io.gdpo.contracts.view;

/**
 * A folder of the artifact store that no row names.
 *
 * @param uri its address
 * @param bytes of all files in it
 */
public record UnnamedFolder(String uri, long bytes) {}
