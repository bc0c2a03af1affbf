package io.gdpo.local.service;

import io.gdpo.embedded.FreePort;
import io.gdpo.local.supervision.Part;
import java.net.URI;
import java.net.http.HttpClient;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** A service of the stack over its processes: one after the other, on the same port. */
public final class SupervisedService implements Part {
  private final Service service;
  private final List<String> program;
  private final Path log;
  private final Map<String, String> environment;
  private final HttpClient http;
  private int port;
  private volatile ServiceProcess process;

  SupervisedService(
      Service service,
      List<String> program,
      Path log,
      Map<String, String> environment,
      int port,
      HttpClient http) {
    this.service = service;
    this.program = program;
    this.log = log;
    this.environment = environment;
    this.port = port;
    this.http = http;
    launch();
  }

  private void launch() {
    process = ServiceProcess.start(service, program, port, environment, log);
  }

  /** The root of its REST interface. */
  public URI url() {
    return process.url();
  }

  /** The present process. */
  public ProcessHandle handle() {
    return process.handle();
  }

  ServiceProcess process() {
    return process;
  }

  @Override
  public String label() {
    return service.label();
  }

  @Override
  public Path log() {
    return log;
  }

  @Override
  public boolean isAlive() {
    return process.isAlive();
  }

  @Override
  public boolean answers(Duration limit) throws InterruptedException {
    return process.isLive(http, limit);
  }

  @Override
  public String end() {
    return Part.ended(process.exitValue());
  }

  @Override
  public void kill() throws InterruptedException {
    process.kill();
  }

  /** Whether a stranger has taken its port, before it could. */
  boolean hasLostItsPort() {
    return !FreePort.isFree(port);
  }

  /** On another port if a stranger has taken the old one meanwhile; {@code stack.json} tells. */
  @Override
  public void startAgain() {
    if (hasLostItsPort()) {
      port = FreePort.choose(1).get(0);
    }
    launch();
  }

  @Override
  public void onEnd(Runnable told) {
    process.onExit().thenRun(told);
  }
}
