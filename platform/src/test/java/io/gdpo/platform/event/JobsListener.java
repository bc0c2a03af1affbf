package io.gdpo.platform.event;

import io.gdpo.contracts.event.Event;
import io.gdpo.contracts.event.JobFailed;
import io.gdpo.contracts.event.JobStarted;
import io.gdpo.platform.trace.Trace;
import io.smallrye.reactive.messaging.annotations.Blocking;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.eclipse.microprofile.reactive.messaging.Incoming;

/** What a service's listener looks like, with a handler that writes down what it was given. */
@ApplicationScoped
public class JobsListener {
  private final Inbox inbox;
  private final DataSource dataSource;
  private final Map<String, Integer> tries = new ConcurrentHashMap<>();
  private final Map<String, Trace> traces = new ConcurrentHashMap<>();
  private final Set<String> mended = ConcurrentHashMap.newKeySet();

  JobsListener(Inbox inbox, DataSource dataSource) {
    this.inbox = inbox;
    this.dataSource = dataSource;
  }

  @Incoming("jobs")
  @Blocking
  void onJobs(ConsumerRecord<String, byte[]> record) {
    inbox.accept(record, Event.OfJob.class, this::handle);
  }

  int triesOf(String jobId) {
    return tries.getOrDefault(jobId, 0);
  }

  /** What was refused of a job is not refused any more. */
  void mend(String jobId) {
    mended.add(jobId);
  }

  /** In which trace an event of a job was handled. */
  Trace traceOf(String jobId) {
    return traces.get(jobId);
  }

  private void handle(Event.OfJob event) {
    traces.put(event.key(), Trace.current());
    int attempt = tries.merge(event.key(), 1, Integer::sum);
    insert("insert into handled(job_id) values (?)", event.key());
    if (event instanceof JobFailed failed && !mended.contains(failed.jobId())) {
      throw new IllegalArgumentException("Refused: " + failed.reason());
    }
    if (event instanceof JobStarted started && started.stage().equals("error")) {
      throw new StackOverflowError();
    }
    if (event instanceof JobStarted started && started.stage().equals("conflict") && attempt < 3) {
      insert("insert into once_only values (?)", started.jobId());
      insert("insert into once_only values (?)", started.jobId());
    }
  }

  private void insert(String sql, String value) {
    try (Connection connection = dataSource.getConnection();
        PreparedStatement insert = connection.prepareStatement(sql)) {
      insert.setString(1, value);
      insert.executeUpdate();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
