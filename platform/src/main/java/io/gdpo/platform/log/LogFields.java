package io.gdpo.platform.log;

import java.util.ArrayList;
import java.util.List;
import org.jboss.logging.MDC;

/**
 * What every line says that this thread logs until it is closed: {@code {work=..., subject=...}} in
 * plain text, fields of {@code mdc} in JSON.
 *
 * <ul>
 *   <li>{@code work}, {@code kind}, {@code subject}: a piece of work, and the experiment or dataset
 *       that it is for;
 *   <li>{@code event}, {@code event_type}, {@code key}: a record, and what its topic is keyed by
 *       (an experiment's name, a job's id, ...);
 *   <li>{@code request}, {@code subject}: a REST call, and the name or id in its path.
 * </ul>
 */
public final class LogFields implements AutoCloseable {
  private final List<String> names = new ArrayList<>();

  /** One more; nothing if the value is null. */
  public LogFields with(String name, String value) {
    if (value != null) {
      MDC.put(name, value);
      names.add(name);
    }
    return this;
  }

  @Override
  public void close() {
    names.forEach(MDC::remove);
  }
}
