package io.gdpo.trainer;

import io.gdpo.platform.launch.ServiceProgram;
import io.quarkus.runtime.annotations.QuarkusMain;

/** The service's program. */
@QuarkusMain
public final class Main {
  private Main() {}

  public static void main(String... args) {
    ServiceProgram.run(args);
  }
}
