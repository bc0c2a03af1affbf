package io.gdpo.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.List;

/**
 * What a server on this machine shows who connects by TLS: a certificate that it has signed itself,
 * for {@code localhost} and {@code 127.0.0.1}. Whoever trusts it names {@link #certificate}.
 *
 * @param certificate a file in PEM
 * @param key the private one, a file in PEM (PKCS 8) that only this user can read
 */
public record ServerCertificate(Path certificate, Path key) {
  private static final String ALIAS = "server";

  /** Of a key store that lives for a moment, in a private folder. */
  private static final String PASSWORD = "for-a-moment";

  /**
   * Makes one, by the JDK's {@code keytool}.
   *
   * @param folder made if absent, this user's alone
   * @param name of the files, and of who the certificate is for
   */
  public static ServerCertificate make(Path folder, String name) {
    Path home = PrivateFolder.of(folder.toAbsolutePath().normalize());
    Path store = home.resolve(name + ".p12");
    try {
      Files.deleteIfExists(store);
      keytool(store, name);
      KeyStore made = KeyStore.getInstance("PKCS12");
      try (InputStream in = Files.newInputStream(store)) {
        made.load(in, PASSWORD.toCharArray());
      }
      Files.delete(store);
      return new ServerCertificate(
          pem(home.resolve(name + ".crt"), "CERTIFICATE", made.getCertificate(ALIAS).getEncoded()),
          pem(
              home.resolve(name + ".key"),
              "PRIVATE KEY",
              made.getKey(ALIAS, PASSWORD.toCharArray()).getEncoded()));
    } catch (IOException e) {
      throw new UncheckedIOException("A certificate cannot be made in " + home, e);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("A certificate cannot be made in " + home, e);
    }
  }

  private static void keytool(Path store, String name) throws IOException {
    Process made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                ALIAS,
                "-keyalg",
                "EC",
                "-groupname",
                "secp256r1",
                "-validity",
                "2",
                "-dname",
                "CN=" + name,
                "-ext",
                "san=dns:localhost,ip:" + EmbeddedDatabase.HOST,
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                PASSWORD)
            .redirectErrorStream(true)
            .start();
    String said = new String(made.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    try {
      if (made.waitFor() != 0) {
        throw new IOException("keytool ended with exit code " + made.exitValue() + ": " + said);
      }
    } catch (InterruptedException e) {
      made.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new IOException("Interrupted while keytool ran", e);
    }
  }

  private static Path pem(Path file, String kind, byte[] content) throws IOException {
    Files.deleteIfExists(file);
    Files.createFile(
        file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    return Files.writeString(
        file,
        "-----BEGIN "
            + kind
            + "-----\n"
            + Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content)
            + "\n-----END "
            + kind
            + "-----\n");
  }

  /** What PostgreSQL takes as arguments to show it. */
  List<String> ofPostgres() {
    return List.of(
        "-c", "ssl=on", "-c", "ssl_cert_file=" + certificate, "-c", "ssl_key_file=" + key);
  }
}
