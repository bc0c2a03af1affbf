package io.gdpo.load;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.BooleanSupplier;
import java.util.function.IntFunction;

/** Several who call at one time, each again as soon as it has its answer. */
final class Clients {
  private Clients() {}

  /** One call of a client. */
  interface Call {
    void make() throws Exception;
  }

  /**
   * Calls for some seconds.
   *
   * @param clients how many
   * @param ofClient what each of them calls
   */
  static Latencies during(double seconds, int clients, IntFunction<Call> ofClient)
      throws InterruptedException {
    long end = System.nanoTime() + (long) (seconds * 1e9);
    return run(clients, ofClient, () -> System.nanoTime() < end);
  }

  /** Calls until something is so. */
  static Latencies run(int clients, IntFunction<Call> ofClient, BooleanSupplier goOn)
      throws InterruptedException {
    ExecutorService threads = Executors.newFixedThreadPool(clients);
    try {
      long start = System.nanoTime();
      List<Callable<List<Double>>> loops = new ArrayList<>();
      for (int client = 0; client < clients; client++) {
        Call call = ofClient.apply(client);
        loops.add(() -> times(call, goOn));
      }
      List<Double> all = new ArrayList<>();
      for (Future<List<Double>> times : threads.invokeAll(loops)) {
        all.addAll(times.get());
      }
      double seconds = (System.nanoTime() - start) / 1e9;
      return Latencies.of(all.stream().mapToDouble(Double::doubleValue).toArray(), seconds);
    } catch (ExecutionException e) {
      throw new IllegalStateException("A call failed: " + e.getCause(), e);
    } finally {
      threads.shutdownNow();
    }
  }

  private static List<Double> times(Call call, BooleanSupplier goOn) throws Exception {
    List<Double> times = new ArrayList<>();
    while (goOn.getAsBoolean()) {
      long begin = System.nanoTime();
      call.make();
      times.add((System.nanoTime() - begin) / 1e9);
    }
    return times;
  }
}
