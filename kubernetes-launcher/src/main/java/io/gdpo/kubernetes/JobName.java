package io.gdpo.kubernetes;

import io.gdpo.artifacts.Digests;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.Locale;

/**
 * The name of a Job: the same each time for one job, another one for each other job. What people
 * call it stands in front as far as Kubernetes allows; a digest keeps apart what that makes alike.
 */
final class JobName {
  /** Jobs give their names to pods and labels, which may have no more. */
  private static final int LONGEST = 63;

  private static final int DIGEST = 10;

  private JobName() {}

  static String of(String job) {
    String readable =
        job.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-").replaceAll("^-+", "");
    String begin = readable.substring(0, Math.min(readable.length(), LONGEST - DIGEST - 6));
    return "gdpo-" + begin.replaceAll("-+$", "") + "-" + digest(job);
  }

  private static String digest(String job) {
    byte[] hash = Digests.sha256().digest(job.getBytes(StandardCharsets.UTF_8));
    return HexFormat.of().formatHex(hash).substring(0, DIGEST);
  }
}
