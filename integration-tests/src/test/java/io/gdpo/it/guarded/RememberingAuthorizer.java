package io.gdpo.it.guarded;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import org.apache.kafka.metadata.authorizer.StandardAuthorizer;
import org.apache.kafka.server.authorizer.Action;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;
import org.apache.kafka.server.authorizer.AuthorizationResult;

/** Kafka's own, which also notes what it was asked. Of one JVM's brokers together. */
public final class RememberingAuthorizer extends StandardAuthorizer {
  private static final Set<String> ALLOWED = new ConcurrentSkipListSet<>();
  private static final Set<String> REFUSED = new ConcurrentSkipListSet<>();

  /** What users did, such as {@code dataset-service Read Topic gdpo.datasets}. */
  static Set<String> allowed() {
    return ALLOWED;
  }

  /** What users wanted to do and may not. */
  static Set<String> refused() {
    return REFUSED;
  }

  static void forget() {
    ALLOWED.clear();
    REFUSED.clear();
  }

  @Override
  public List<AuthorizationResult> authorize(
      AuthorizableRequestContext context, List<Action> actions) {
    List<AuthorizationResult> results = super.authorize(context, actions);
    for (int i = 0; i < actions.size(); i++) {
      Action action = actions.get(i);
      boolean allowed = results.get(i) == AuthorizationResult.ALLOWED;
      // What is only looked at, as by a list of all topics, is no refusal that anybody sees.
      if (allowed || action.logIfDenied()) {
        (allowed ? ALLOWED : REFUSED)
            .add(
                context.principal().getName()
                    + " "
                    + word(action.operation().name())
                    + " "
                    + word(action.resourcePattern().resourceType().name())
                    + " "
                    + action.resourcePattern().name());
      }
    }
    return results;
  }

  private static String word(String constant) {
    return constant.charAt(0) + constant.substring(1).toLowerCase(java.util.Locale.ROOT);
  }
}
