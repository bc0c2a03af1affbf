package io.gdpo.contracts.view;

/**
 * What was uploaded for datasets to be made of.
 *
 * @param uri its address, as {@code dataset.survey} or {@code dataset.examples} name it
 * @param bytes of the file, or of all files of the folder
 * @param sha256 of the file's bytes; of a folder that of its files in order, each behind its name
 *     and length. A dataset's card has the same as {@code source_sha256}
 */
public record UploadView(String uri, long bytes, String sha256) {}
