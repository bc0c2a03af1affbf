package io.gdpo.load;

import java.nio.file.Path;

/**
 * What is asked for.
 *
 * @param root of the checkout
 * @param experiments that there are while they are listed
 * @param events of each measurement of the outbox
 * @param longRun events over which memory is watched
 * @param seconds that lists are asked for
 * @param rounds of each measurement
 */
record Options(Path root, int experiments, int events, int longRun, int seconds, int rounds) {
  private static final Options FULL = new Options(null, 10_000, 5_000, 100_000, 20, 5);
  private static final Options QUICK = new Options(null, 1_000, 500, 5_000, 3, 2);

  static Options of(String[] arguments) {
    boolean quick = arguments.length > 1 && arguments[1].equals("--quick");
    if (arguments.length < 1 || arguments.length > (quick ? 2 : 1)) {
      throw new IllegalArgumentException("give the checkout's folder, and --quick or nothing");
    }
    Options base = quick ? QUICK : FULL;
    return new Options(
        Path.of(arguments[0]),
        base.experiments,
        base.events,
        base.longRun,
        base.seconds,
        base.rounds);
  }
}
