package io.gdpo.dataset.upload;

import io.gdpo.artifacts.Digests;
import io.gdpo.contracts.Reason;
import io.gdpo.platform.problem.ProblemException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What somebody sends, on its way to a file.
 *
 * @param stream its bytes; it is for the caller to close
 * @param length that was declared; null if none was
 * @param digest value of the header {@code Repr-Digest} (RFC 9530); null if there is none
 */
record Body(InputStream stream, Long length, String digest) {
  private static final int BUFFER = 1 << 16;
  private static final int NOT_NOW = 60;

  private static final Pattern SHA_256 =
      Pattern.compile("(?:^|,)\\s*sha-256\\s*=\\s*:([A-Za-z0-9+/]{43}=):");

  /**
   * Takes it all, checked.
   *
   * @return its SHA-256
   * @throws ProblemException if it is empty, too large, cut off, something else than was declared,
   *     or there is no room
   */
  String to(Path file, long largest) {
    if (length != null && length > largest) {
      throw tooLarge(largest);
    }
    String expected = expected();
    MessageDigest sha256 = Digests.sha256();
    long bytes = 0;
    try (OutputStream out = Files.newOutputStream(file)) {
      byte[] buffer = new byte[BUFFER];
      for (int read = next(buffer); read >= 0; read = next(buffer)) {
        bytes += read;
        if (bytes > largest) {
          throw tooLarge(largest);
        }
        sha256.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    } catch (IOException e) {
      throw noRoom(e);
    }
    if (bytes == 0) {
      throw ProblemException.badRequest("The body is empty; send the file's bytes as they are");
    }
    String actual = HexFormat.of().formatHex(sha256.digest());
    if (expected != null && !expected.equals(actual)) {
      throw ProblemException.badRequest(
          "The body has the SHA-256 "
              + actual
              + ", and Repr-Digest says "
              + expected
              + ": it was changed on its way; send it again");
    }
    return actual;
  }

  private int next(byte[] buffer) {
    try {
      return stream.read(buffer);
    } catch (IOException e) {
      throw ProblemException.badRequest("The body was cut off: " + Reason.of(e));
    }
  }

  private String expected() {
    if (digest == null) {
      return null;
    }
    Matcher sha256 = SHA_256.matcher(digest);
    if (!sha256.find()) {
      throw ProblemException.badRequest(
          "Repr-Digest is "
              + Reason.quoted(digest)
              + "; it tells a SHA-256 as sha-256=:BASE64:, or leave it out");
    }
    return HexFormat.of().formatHex(Base64.getDecoder().decode(sha256.group(1)));
  }

  static ProblemException tooLarge(long largest) {
    return ProblemException.tooLarge(
        "The upload has more than "
            + largest
            + " bytes (gdpo.uploads.largest); compress it, or put it where the services can read it");
  }

  static ProblemException noRoom(IOException e) {
    return ProblemException.notNow(
        "The upload cannot be kept now: " + Reason.of(e) + "; an operator should look", NOT_NOW);
  }
}
