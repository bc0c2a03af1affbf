package io.gdpo.kubernetes;

import java.util.Map;

/** How Jobs and their pods are known. */
final class JobLabels {
  /** The service whose Job it is; all of them are found by it. */
  static final String OWNER = "gdpo.io/owner";

  /** The worker's verb. */
  static final String VERB = "gdpo.io/verb";

  /** Annotation: what the service calls the job, whose name is made of it. */
  static final String JOB = "gdpo.io/job";

  /** Kueue's label: the LocalQueue that a Job waits in. */
  static final String QUEUE = "kueue.x-k8s.io/queue-name";

  /** Kueue's label: the WorkloadPriorityClass. */
  static final String QUEUE_PRIORITY = "kueue.x-k8s.io/priority-class";

  private JobLabels() {}

  static Map<String, String> of(String owner, String verb) {
    return Map.of(
        OWNER,
        owner,
        VERB,
        verb,
        "app.kubernetes.io/name",
        "gdpo-worker",
        "app.kubernetes.io/component",
        verb,
        "app.kubernetes.io/part-of",
        "gdpo",
        "app.kubernetes.io/managed-by",
        owner);
  }
}
