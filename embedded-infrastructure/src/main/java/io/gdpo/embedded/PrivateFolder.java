package io.gdpo.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.Set;

/**
 * A folder that is this user's alone (mode 0700): what lies in it is run, or is secret, so nobody
 * else may read it, still less have put anything there.
 */
final class PrivateFolder {
  private static final Set<PosixFilePermission> OWNER_ONLY =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OTHERS_WRITE =
      EnumSet.of(PosixFilePermission.GROUP_WRITE, PosixFilePermission.OTHERS_WRITE);

  private PrivateFolder() {}

  /**
   * Makes a folder private, which is created if absent.
   *
   * @throws IllegalStateException if it, or a link in its place, belongs to another user
   */
  static Path of(Path folder) {
    try {
      create(folder);
      requireOwner(folder, LinkOption.NOFOLLOW_LINKS);
      requireOwner(folder);
      if (!OWNER_ONLY.equals(Files.getPosixFilePermissions(folder))) {
        Files.setPosixFilePermissions(folder, OWNER_ONLY);
      }
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException("The folder " + folder + " cannot be made private", e);
    }
  }

  /**
   * A folder whose content is trusted from an earlier time: one that others could write to until
   * now is refused, not mended.
   */
  static Path ofTrustedContent(Path folder) {
    try {
      create(folder);
      if (Files.getPosixFilePermissions(folder).stream().anyMatch(OTHERS_WRITE::contains)) {
        throw new IllegalStateException(
            "Other users can write to "
                + folder
                + ", from where programs are run: remove it (rm -r), it is made anew");
      }
      return of(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("The folder " + folder + " cannot be used", e);
    }
  }

  private static void create(Path folder) throws IOException {
    if (!Files.isDirectory(folder)) {
      Files.createDirectories(folder.toAbsolutePath().getParent());
      Files.createDirectories(folder, PosixFilePermissions.asFileAttribute(OWNER_ONLY));
    }
  }

  private static void requireOwner(Path folder, LinkOption... options) throws IOException {
    Object owner = Files.getAttribute(folder, "unix:uid", options);
    if (!owner.equals(userId())) {
      throw new IllegalStateException(
          folder
              + " belongs to another user ("
              + Files.getOwner(folder, options).getName()
              + "), who could change what is kept or run there: remove it, or name another folder");
    }
  }

  /** The number of the user that this JVM runs as. */
  static Object userId() throws IOException {
    return Files.getAttribute(Path.of("/proc/self"), "unix:uid");
  }
}
