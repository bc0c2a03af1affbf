package io.gdpo.platform.launch;

import io.gdpo.contracts.Reason;
import io.gdpo.platform.setting.SettingsAtStart;
import io.smallrye.config.ConfigValidationException;
import java.sql.SQLException;
import java.util.Optional;
import javax.net.ssl.SSLException;

/** What a person can do about a service that does not start, where its log leaves that open. */
final class StartFailure {
  private static final String SECURE = " (docs/how-to/secure.md)";
  private static final int MOST_CAUSES = 50;

  private StartFailure() {}

  /** In a line; empty where only the log can tell. */
  static Optional<String> remedy(Throwable failure) {
    Optional<String> remedy = Optional.empty();
    int causes = 0;
    for (Throwable cause = failure;
        cause != null && causes++ < MOST_CAUSES;
        cause = cause.getCause()) {
      if (cause instanceof ConfigValidationException) {
        return Optional.of(SettingsAtStart.PAGE + " tells what a setting can be");
      }
      if (cause instanceof SQLException sql) {
        remedy = Optional.of(ofDatabase(sql));
      }
    }
    return remedy;
  }

  private static String ofDatabase(SQLException failure) {
    String why = Reason.of(failure);
    String state = String.valueOf(failure.getSQLState());
    if (state.equals("28P01")) {
      return told(
          why, "see quarkus.datasource.username and quarkus.datasource.password, or its variable");
    }
    if (state.equals("28000") && why.contains("no encryption")) {
      return told(
          why,
          "it is spoken to by TLS alone: end quarkus.datasource.jdbc.url with"
              + " ?sslmode=verify-full&sslrootcert=FILE"
              + SECURE);
    }
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof SSLException) {
        return told(
            why,
            "who signed its certificate belongs into the file that sslrootcert names in"
                + " quarkus.datasource.jdbc.url, and the url must call it by a name in its"
                + " certificate"
                + SECURE);
      }
    }
    return told(why, "see quarkus.datasource.jdbc.url");
  }

  private static String told(String why, String remedy) {
    return "The database does not serve: " + why + "; " + remedy;
  }
}
