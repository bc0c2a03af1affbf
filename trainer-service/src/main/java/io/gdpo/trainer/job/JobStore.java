package io.gdpo.trainer.job;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The rows of jobs; they never change. */
interface JobStore {
  void add(Job job);

  Optional<Job> job(String id);

  /** By id; ids without a job are left out. */
  List<Job> jobs(Collection<String> ids);
}
