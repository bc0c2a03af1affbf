package io.gdpo.hub;

import java.nio.file.Path;

/**
 * A model of the Hub at one commit, complete on this machine.
 *
 * @param model as it was asked for
 * @param commit the full hash that its revision stands for
 * @param folder in Hugging Face layout; its files are links into the cache and must not be written
 */
public record HubSnapshot(HubModelName model, String commit, Path folder) {}
