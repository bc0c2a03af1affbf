package io.gdpo.platform.launch;

import io.gdpo.artifacts.process.ParentWatch;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CountDownLatch;

/** What a job's main looks like; the tests launch it in a JVM of its own. */
final class ChildProgram {
  private static final CountDownLatch STOP = new CountDownLatch(1);

  private ChildProgram() {}

  public static void main(String[] args) throws Exception {
    switch (args[0]) {
      case "exit" -> System.exit(Integer.parseInt(args[1]));
      case "environment" -> tellEnvironment();
      case "work" -> work(Path.of(args[1]), Duration.ofSeconds(20));
      case "work-until-sigterm" -> workUntilSigterm(Path.of(args[1]));
      case "hang" -> hang(Path.of(args[1]));
      case "launch" -> launchAndWaitToBeKilled(Path.of(args[1]));
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void tellEnvironment() {
    for (String name :
        List.of("OMP_NUM_THREADS", "OMP_WAIT_POLICY", "DJL_OFFLINE", "OPT_OUT_TRACKING", "EXTRA")) {
      System.out.println(name + "=" + System.getenv(name));
    }
    System.out.println("threads=" + System.getProperty("ai.djl.pytorch.num_threads"));
    System.out.println("heap=" + Runtime.getRuntime().maxMemory() / 1_000_000);
    System.out.println(
        "locale=" + Locale.getDefault() + " upper i=" + "i".toUpperCase(Locale.getDefault()));
    System.out.println("charset=" + Charset.defaultCharset() + " Türkiye");
    System.out.println("name=" + Path.of("Türkiye").getFileName());
    System.err.println("an error, too");
  }

  /** Works until it is asked to stop, then ends by itself, with 0. */
  private static void work(Path pidFile, Duration grace) throws Exception {
    ParentWatch.start(STOP::countDown, grace);
    tellPid(pidFile);
    STOP.await();
    System.out.println("stopped in order");
  }

  /** The same for one whose parent does not watch over it. */
  private static void workUntilSigterm(Path pidFile) throws Exception {
    Runtime.getRuntime().addShutdownHook(new Thread(() -> System.out.println("stopped in order")));
    tellPid(pidFile);
    STOP.await();
  }

  /** Does not react when it is asked to stop. */
  private static void hang(Path pidFile) throws Exception {
    ParentWatch.start(() -> System.out.println("not listening"), Duration.ofMillis(300));
    tellPid(pidFile);
    STOP.await();
  }

  private static void launchAndWaitToBeKilled(Path folder) throws Exception {
    LocalProcessLauncher launcher = LocalProcessLauncherTest.launcher();
    launcher.launch(
        new LaunchRequest(
            "grandchild",
            List.of("work", folder.resolve("grandchild.pid").toString()),
            folder.resolve("grandchild.log"),
            LaunchRequest.Needs.ofProcessors(1)));
    STOP.await();
  }

  private static void tellPid(Path pidFile) throws Exception {
    Path complete = pidFile.resolveSibling(pidFile.getFileName() + ".tmp");
    Files.writeString(complete, Long.toString(ProcessHandle.current().pid()));
    Files.move(complete, pidFile);
  }
}
