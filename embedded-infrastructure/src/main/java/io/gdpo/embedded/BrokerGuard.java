package io.gdpo.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps a broker for those whom it knows, as one on a network is kept: clients connect by TLS, say
 * who they are by SCRAM-SHA-512, and may do what a rule (ACL) says and nothing else. No topic is
 * made because somebody asked for it.
 *
 * <p>The administrator may do everything and makes the other users and the rules, by Kafka's own
 * client.
 *
 * @param certificate what the broker shows
 * @param administrator a user that is there from the beginning
 * @param password the administrator's
 * @param authorizer Kafka's, or a class that extends it
 */
public record BrokerGuard(
    ServerCertificate certificate, String administrator, String password, String authorizer) {
  private static final String MECHANISM = "SCRAM-SHA-512";
  static final String LISTENER = "CLIENTS";

  /** Without the password. */
  @Override
  public String toString() {
    return "BrokerGuard[" + certificate + ", " + administrator + "]";
  }

  /** What a client needs to be a user of the broker, in Kafka's own settings. */
  public Map<String, Object> client(String user, String itsPassword) {
    Map<String, Object> settings = new LinkedHashMap<>();
    settings.put("security.protocol", "SASL_SSL");
    settings.put("sasl.mechanism", MECHANISM);
    settings.put("sasl.jaas.config", login(user, itsPassword));
    settings.put("ssl.truststore.type", "PEM");
    settings.put("ssl.truststore.location", certificate.certificate().toString());
    return settings;
  }

  private static String login(String user, String itsPassword) {
    return "org.apache.kafka.common.security.scram.ScramLoginModule required username=\""
        + user
        + "\" password=\""
        + itsPassword
        + "\";";
  }

  /** What {@code kafka-storage format --add-scram} takes. */
  String firstUser() {
    return MECHANISM + "=[name=" + administrator + ",password=" + password + "]";
  }

  /** The broker's settings; nobody but the controller's own listener knows an unnamed user. */
  Map<String, String> broker() {
    try {
      Map<String, String> settings = new LinkedHashMap<>();
      settings.put("sasl.enabled.mechanisms", MECHANISM);
      settings.put("sasl.mechanism.inter.broker.protocol", MECHANISM);
      settings.put(
          "listener.name.clients.scram-sha-512.sasl.jaas.config", login(administrator, password));
      settings.put("ssl.keystore.type", "PEM");
      settings.put("ssl.keystore.key", Files.readString(certificate.key()));
      settings.put("ssl.keystore.certificate.chain", Files.readString(certificate.certificate()));
      settings.put("ssl.truststore.type", "PEM");
      settings.put("ssl.truststore.certificates", Files.readString(certificate.certificate()));
      settings.put("authorizer.class.name", authorizer);
      settings.put("super.users", "User:" + administrator + ";User:ANONYMOUS");
      settings.put("allow.everyone.if.no.acl.found", "false");
      settings.put("auto.create.topics.enable", "false");
      return settings;
    } catch (IOException e) {
      throw new UncheckedIOException("The broker's certificate cannot be read", e);
    }
  }
}
