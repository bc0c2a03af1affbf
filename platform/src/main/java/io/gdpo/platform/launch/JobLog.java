package io.gdpo.platform.launch;

import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import java.util.logging.StreamHandler;

/**
 * A job does not start Quarkus, and until Quarkus starts, its log manager keeps back what is
 * logged; a job that wants its log to be seen while it runs says so here.
 */
public final class JobLog {
  private JobLog() {}

  /**
   * From now on this process logs to standard output, a line at once; call it first in a job's
   * {@code main}.
   */
  public static void toStandardOutput() {
    Logger root = Logger.getLogger("");
    for (Handler handler : root.getHandlers()) {
      root.removeHandler(handler);
    }
    root.addHandler(new StandardOutput());
  }

  private static final class StandardOutput extends StreamHandler {
    StandardOutput() {
      super(System.out, new SimpleFormatter());
    }

    @Override
    public synchronized void publish(LogRecord record) {
      super.publish(record);
      flush();
    }
  }
}
