package io.gdpo.load;

import io.quarkus.runtime.QuarkusApplication;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** All parts, one after the other, each telling what it saw. */
public final class LoadRun implements QuarkusApplication {
  static Options options;

  private final OutboxLoad outbox;

  LoadRun(OutboxLoad outbox) {
    this.outbox = outbox;
  }

  @Override
  @SuppressWarnings("SystemOut")
  public int run(String... arguments) throws Exception {
    System.out.println("Load average before: " + loadAverage());
    outbox.run(options).forEach(System.out::println);
    try (TrainerProcess trainer = TrainerProcess.start(options.root(), Load.servers())) {
      new SubmissionLoad(trainer).run(options).forEach(System.out::println);
      new ListingLoad(trainer, Load.servers()).run(options).forEach(System.out::println);
    }
    System.out.println("Load average after: " + loadAverage());
    return 0;
  }

  private static String loadAverage() throws IOException {
    return Files.readString(Path.of("/proc/loadavg")).strip();
  }
}
