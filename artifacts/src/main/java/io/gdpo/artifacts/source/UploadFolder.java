package io.gdpo.artifacts.source;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Where in the artifact store lies what people upload: {@code uploads/ID/NAME}, the id made from
 * names and content. The record is written last: a folder without it is half an upload.
 */
public final class UploadFolder {
  /** Key of the folder that uploads lie in. */
  public static final String PARENT = "uploads";

  /** The name of the record in it. */
  public static final String RECORD = "upload-record";

  private static final Pattern ADDRESS = Pattern.compile(".*/" + PARENT + "/[0-9a-f]{64}/?");

  private UploadFolder() {}

  /**
   * Whether files of an upload may be missing.
   *
   * @param address that was named
   * @param path what lies there, on this machine
   */
  static boolean isHalf(String address, Path path) {
    return ADDRESS.matcher(address).matches() && !Files.exists(path.resolve(RECORD));
  }
}
