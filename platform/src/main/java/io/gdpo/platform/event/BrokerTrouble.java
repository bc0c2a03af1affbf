package io.gdpo.platform.event;

import io.gdpo.contracts.topic.TopicRights.Right;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.kafka.common.config.SaslConfigs;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.ClusterAuthorizationException;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;

/**
 * Says what a broker does not let this service do, and what to do about it, where Kafka's own words
 * leave that open. Never says a password.
 *
 * @param user who this service is for the broker; empty where it does not say by a name
 */
record BrokerTrouble(Optional<String> user) {
  private static final Pattern USER = Pattern.compile("\\busername=[\"']?([^\"'\\s;]+)");
  private static final int MOST_CAUSES = 50;

  /**
   * @param client Kafka's settings of the client
   */
  static BrokerTrouble of(Map<String, Object> client) {
    Matcher found =
        USER.matcher(String.valueOf(client.getOrDefault(SaslConfigs.SASL_JAAS_CONFIG, "")));
    return new BrokerTrouble(found.find() ? Optional.of(found.group(1)) : Optional.empty());
  }

  /** Whether a producer never sends again after it, whatever the broker allows then. */
  static boolean endsProducers(Throwable failure) {
    int causes = 0;
    for (Throwable cause = failure;
        cause != null && causes++ < MOST_CAUSES;
        cause = cause.getCause()) {
      if (cause instanceof AuthenticationException
          || cause instanceof ClusterAuthorizationException) {
        return true;
      }
    }
    return false;
  }

  /** Such as {@code user 'trainer-service'}. */
  String who() {
    return user.map(name -> "user '" + name + "'").orElse("this service's user");
  }

  /**
   * Why the broker did not do what it was asked.
   *
   * @param needed what it takes to be allowed that
   */
  String words(Throwable failure, Right needed) {
    int causes = 0;
    for (Throwable cause = failure;
        cause != null && causes++ < MOST_CAUSES;
        cause = cause.getCause()) {
      if (cause instanceof TopicAuthorizationException topic) {
        return mayNot(needed, "topic " + String.join(", ", topic.unauthorizedTopics()));
      }
      if (cause instanceof GroupAuthorizationException group) {
        return mayNot(Right.READ, "group " + group.groupId());
      }
      if (cause instanceof ClusterAuthorizationException) {
        return who()
            + " may write to no topic; a rule (ACL) of the broker must allow it "
            + needed.word()
            + ", see docs/how-to/secure.md";
      }
      if (cause instanceof SaslAuthenticationException) {
        return "it does not let "
            + who()
            + " in; see the name and the password in kafka.sasl.jaas.config ("
            + cause.getMessage()
            + ")";
      }
      if (cause instanceof SslAuthenticationException) {
        return "no TLS connection to it comes about: who signed its certificate belongs into"
            + " kafka.ssl.truststore.location, and kafka.bootstrap.servers must call it by a name"
            + " in its certificate ("
            + deepest(cause)
            + ")";
      }
    }
    return String.valueOf(failure);
  }

  private String mayNot(Right needed, String on) {
    return who()
        + " may not do that; a rule (ACL) of the broker must allow it "
        + needed.word()
        + " on "
        + on
        + ", see docs/how-to/secure.md";
  }

  private static String deepest(Throwable failure) {
    Throwable deepest = failure;
    for (int i = 0; i < MOST_CAUSES && deepest.getCause() != null; i++) {
      deepest = deepest.getCause();
    }
    return deepest.getMessage();
  }
}
