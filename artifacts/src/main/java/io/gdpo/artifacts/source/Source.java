package io.gdpo.artifacts.source;

import java.nio.file.Path;

/**
 * What a dataset is made of, on this machine.
 *
 * @param path a file, or a folder with files of splits
 * @param address what was named, at the revision that was found: who names it finds the same again
 * @param revision where what was named has revisions, such as the commit of a repository; null
 *     elsewhere
 */
public record Source(Path path, String address, String revision) {}
