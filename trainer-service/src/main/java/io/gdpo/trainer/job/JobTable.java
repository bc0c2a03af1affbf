package io.gdpo.trainer.job;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/** The rows in the service's database. */
@ApplicationScoped
class JobTable implements JobStore {
  @Override
  public void add(Job job) {
    job.persist();
  }

  @Override
  public Optional<Job> job(String id) {
    return Job.findByIdOptional(id);
  }

  @Override
  public List<Job> jobs(Collection<String> ids) {
    return Job.list("id in ?1", ids);
  }
}
