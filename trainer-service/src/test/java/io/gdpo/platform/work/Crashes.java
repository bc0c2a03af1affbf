package io.gdpo.platform.work;

import java.util.Random;

/** The ends of simulated replicas, at places where a process can be killed. */
public final class Crashes {
  /** The replica's process is gone; nothing in it may catch that, so it is no RuntimeException. */
  private static final class Crash extends Exception {
    private static final long serialVersionUID = 1L;

    Crash() {
      super(null, null, false, false);
    }
  }

  private final Random random;
  private final int places;
  private boolean over;

  /**
   * @param places of which one is a replica's last, on average
   */
  public Crashes(Random random, int places) {
    this.random = random;
    this.places = places;
  }

  /** A place where the process can be killed. */
  public void perhaps() {
    if (!over && random.nextInt(places) == 0) {
      throw Crashes.<RuntimeException>sneaky(new Crash());
    }
  }

  /** There are no more. */
  public void end() {
    over = true;
  }

  /** Has a replica do this; it may be its last. */
  public static void in(Runnable deed, Runnable afterCrash) {
    try {
      deed.run();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable crash) {
      if (!(crash instanceof Crash)) {
        throw new IllegalStateException(crash);
      }
      afterCrash.run();
    }
  }

  @SuppressWarnings("unchecked")
  private static <T extends Throwable> T sneaky(Throwable any) throws T {
    throw (T) any;
  }
}
