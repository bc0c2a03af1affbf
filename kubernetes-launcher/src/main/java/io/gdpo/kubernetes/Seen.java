package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import java.util.List;

/**
 * What is seen of a job in one look at the cluster.
 *
 * @param pods of the Job, the oldest first; replaced ones stay for a while
 * @param warnings messages of the Job's own events of type Warning, the oldest first
 * @param workload conditions of what Kueue made of the Job; empty if Kueue has nothing to do with
 *     it
 */
record Seen(Job job, List<Pod> pods, List<String> warnings, List<Condition> workload) {}
