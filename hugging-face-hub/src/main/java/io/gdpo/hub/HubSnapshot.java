package io.gdpo.hub;

import java.nio.file.Path;

/**
 * A repository of the Hub at one commit, what is wanted of it on this machine.
 *
 * @param repository as it was asked for
 * @param commit the full hash that its revision stands for
 * @param folder in Hugging Face layout; its files are links into the cache and must not be written
 */
public record HubSnapshot(HubRepository repository, String commit, Path folder) {}
