package io.gdpo.artifacts;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;

/**
 * Files and folders that appear whole or not at all: written under a temporary name beside the
 * target, forced to the disk, renamed. What fails leaves the old content, and nothing beside it.
 */
public final class AtomicFiles {
  private AtomicFiles() {}

  /** Writes a file or a folder at the path it is given. */
  @FunctionalInterface
  public interface Content {
    void writeTo(Path path) throws IOException;
  }

  /**
   * Replaces a file, or a folder as a whole; one at a time for each target, so that what a killed
   * process left under a temporary name is taken away by the next.
   */
  public static void replace(Path target, Content content) throws IOException {
    replace(target, "", content);
  }

  /** Replaces a file by these bytes. */
  public static void write(Path target, byte[] content) throws IOException {
    replace(target, temporary -> Files.write(temporary, content));
  }

  /**
   * Replaces a file, or a folder as a whole.
   *
   * @param writer is part of the temporary names: several may write at once
   */
  static void replace(Path target, String writer, Content content) throws IOException {
    Files.createDirectories(target.getParent());
    Path temporary = beside(target, writer + "tmp");
    Path old = beside(target, writer + "old");
    delete(temporary);
    try {
      content.writeTo(temporary);
      forceAll(temporary);
    } catch (IOException | RuntimeException e) {
      delete(temporary);
      throw e;
    }
    if (Files.isDirectory(target)) {
      // A folder cannot be renamed over another: between these two renames only `old` is there.
      delete(old);
      Files.move(target, old, StandardCopyOption.ATOMIC_MOVE);
    }
    Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    force(target.getParent());
    delete(old);
  }

  /** Puts back a folder whose replacement was cut off between its two renames. */
  public static void recover(Path target) throws IOException {
    Path old = beside(target, "old");
    if (Files.exists(old) && !Files.exists(target)) {
      Files.move(old, target, StandardCopyOption.ATOMIC_MOVE);
    }
  }

  private static Path beside(Path target, String suffix) {
    return target.resolveSibling("." + target.getFileName() + "." + suffix);
  }

  /** Deletes a file or a folder with all it holds, if it exists. */
  public static void delete(Path path) throws IOException {
    if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.deleteIfExists(path);
      return;
    }
    Files.walkFileTree(
        path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.delete(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException failure)
              throws IOException {
            if (failure != null) {
              throw failure;
            }
            Files.delete(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  /** Moves a file or a folder, which is copied where the other place is in another file system. */
  static void move(Path from, Path to) throws IOException {
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (AtomicMoveNotSupportedException e) {
      try (Stream<Path> walk = Files.walk(from)) {
        for (Path each : walk.toList()) { // a folder before what it holds
          Files.copy(each, to.resolve(from.relativize(each).toString()));
        }
      }
      delete(from);
    }
  }

  private static void forceAll(Path path) throws IOException {
    List<Path> paths;
    try (Stream<Path> walk = Files.walk(path)) {
      paths = walk.toList();
    }
    for (Path each : paths) {
      force(each);
    }
  }

  private static void force(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }
}
