package io.gdpo.dataset.upload;

import io.gdpo.contracts.Reason;
import io.gdpo.contracts.data.Split;
import io.gdpo.platform.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;

/** A folder's files of splits, sent as one zip archive. */
final class SplitArchive {
  /** Bytes of an archive's list of files: {@link ZipFile} keeps all of it in memory. */
  private static final long LONGEST_LIST = 1 << 20;

  private static final int END = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int LIST_BYTES_AT = 12;
  private static final int BUFFER = 1 << 16;

  private SplitArchive() {}

  /**
   * Unpacks an archive whole.
   *
   * @param largest bytes of all its files
   * @return the bytes of its files
   * @throws ProblemException if it is none, is damaged, or holds anything else than files of splits
   */
  static long unpack(Path archive, Path folder, long largest) {
    long bytes = 0;
    try {
      requireShortList(archive);
      try (ZipFile zip = new ZipFile(archive.toFile())) {
        List<? extends ZipEntry> entries = zip.stream().toList();
        if (entries.isEmpty()) {
          throw refused("holds no file");
        }
        for (ZipEntry entry : entries) {
          if (!UploadName.isPlain(entry.getName()) || Split.ofFile(entry.getName()).isEmpty()) {
            throw refused(
                "holds "
                    + Reason.quoted(entry.getName())
                    + "; put files of splits alone into it, without their folder: "
                    + "train*, eval* (or validation*, dev*), test*, as .jsonl, .json, .csv, .tsv (.gz, .zst) or .parquet");
          }
          bytes += unpack(zip, entry, folder.resolve(entry.getName()), largest - bytes, largest);
        }
      }
      return bytes;
    } catch (ZipException e) {
      throw refused("is damaged or cut off: " + Reason.of(e));
    } catch (IOException e) {
      throw Body.noRoom(e);
    }
  }

  private static long unpack(ZipFile zip, ZipEntry entry, Path file, long left, long largest)
      throws IOException {
    if (Files.exists(file)) {
      throw refused("holds " + Reason.quoted(entry.getName()) + " twice");
    }
    long bytes = 0;
    CheckedInputStream in = new CheckedInputStream(zip.getInputStream(entry), new CRC32());
    try (InputStream closed = in;
        OutputStream out = Files.newOutputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = closed.read(buffer); read >= 0; read = closed.read(buffer)) {
        bytes += read;
        if (bytes > left) {
          throw Body.tooLarge(largest);
        }
        out.write(buffer, 0, read);
      }
    }
    if (in.getChecksum().getValue() != entry.getCrc()) {
      throw new ZipException(entry.getName() + " has another checksum");
    }
    return bytes;
  }

  /** The end of an archive tells how long its list of files is. */
  private static void requireShortList(Path archive) throws IOException {
    ByteBuffer end = ByteBuffer.allocate(END).order(ByteOrder.LITTLE_ENDIAN);
    try (RandomAccessFile file = new RandomAccessFile(archive.toFile(), "r")) {
      if (file.length() >= END) {
        file.seek(file.length() - END);
        file.readFully(end.array());
      }
    }
    if (end.getInt(0) != END_SIGNATURE) {
      throw refused("does not end as one does: it is none, was cut off, or has a comment");
    }
    if (Integer.toUnsignedLong(end.getInt(LIST_BYTES_AT)) > LONGEST_LIST) {
      throw refused("holds too many files");
    }
  }

  private static ProblemException refused(String why) {
    return ProblemException.badRequest("The zip archive " + why);
  }
}
