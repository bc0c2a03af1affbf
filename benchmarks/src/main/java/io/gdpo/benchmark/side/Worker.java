package io.gdpo.benchmark.side;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.jni.JniUtils;
import io.gdpo.benchmark.BenchmarkException;
import io.gdpo.contracts.Json;
import io.gdpo.lm.script.Arg;
import io.gdpo.lm.script.Autograd;
import io.gdpo.lm.script.TorchScript;
import io.gdpo.lm.script.TorchScriptModule;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The Java side of a benchmark, a process of its own; the counterpart of {@code peers/serve.py}.
 *
 * <p>Standard output is the protocol's alone; what libraries print goes to standard error.
 */
public final class Worker implements AutoCloseable {
  private static final String PRODUCT =
      """
      class Product(Module):
        training : bool
        def of(self, a: Tensor, b: Tensor) -> Tensor:
          return torch.mm(a, b)
      """;
  private static final int REPEATS = 5;

  private final Function<Request.Work, Computation> computations;
  private final long startBytes;
  private Optional<Computation> computation = Optional.empty();
  private boolean onGpu;

  Worker(Function<Request.Work, Computation> computations) {
    this.computations = computations;
    this.startBytes = resident("VmRSS");
  }

  /** Answers requests until standard input ends. */
  public static void main(String[] args) throws IOException {
    PrintStream answers = System.out;
    System.setOut(System.err);
    try (NDManager engine = NDManager.newBaseManager(Device.cpu());
        Autograd.Scope quiet = Autograd.gradMode(false);
        Worker worker = new Worker(Worker::computation)) {
      worker.serve(System.in, answers);
    }
  }

  private static Computation computation(Request.Work work) {
    try {
      return switch (work.kind()) {
        case "sft", "belief-sft", "dpo", "gdpo" -> new Training(work);
        case "lm" -> new LanguageModel(work);
        case "sampling" -> new Sampling(work);
        default -> throw new BenchmarkException("there is no benchmark of " + work.kind());
      };
    } catch (IOException e) {
      throw new BenchmarkException("what the benchmark needs cannot be read: " + e, e);
    }
  }

  /** Answers one request a line. */
  void serve(InputStream requests, PrintStream answers) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(requests, StandardCharsets.UTF_8));
    String line;
    while ((line = lines.readLine()) != null) {
      Reply reply = answer(line);
      answers.println(Json.SPECS.writeValueAsString(reply));
      answers.flush();
    }
  }

  private Reply answer(String line) {
    try {
      Request request = Json.SPECS.readValue(line, Request.class);
      return switch (request.command()) {
        case "prepare" -> prepared(request.work());
        case "measure" -> Reply.values(prepared().measure());
        case "steps" -> steps(request.from(), request.count());
        case "matmul" -> Reply.gflops(gflops(request.size()));
        case "profile" -> Reply.values(profile(request.from()));
        case "memory" -> memory();
        default -> Reply.error("unknown command " + request.command());
      };
    } catch (IOException | RuntimeException e) {
      // Told to the other end, which reports it and stops.
      e.printStackTrace(System.err);
      return Reply.error(e.toString());
    }
  }

  private Reply prepared(Request.Work work) {
    computation = Optional.of(computations.apply(work));
    onGpu = !work.device().equals("cpu");
    return Reply.ready("Java " + Runtime.version().feature());
  }

  private Computation prepared() {
    return computation.orElseThrow(
        () -> new BenchmarkException("nothing is prepared; send prepare first"));
  }

  private Reply steps(int from, int count) {
    Computation prepared = prepared();
    List<Double> seconds = new ArrayList<>(count);
    List<Double> gflop = new ArrayList<>(count);
    for (int step = from; step < from + count; step++) {
      long begin = System.nanoTime();
      double done = prepared.step(step);
      seconds.add((System.nanoTime() - begin) / 1e9);
      gflop.add(done);
    }
    return Reply.steps(seconds, gflop);
  }

  private Map<String, Double> profile(int step) throws IOException {
    Computation prepared = prepared();
    Path trace = Files.createTempFile("step", ".json");
    try {
      JniUtils.startProfile(false, false, false);
      prepared.step(step);
      JniUtils.stopProfile(trace.toString());
      return OperatorTimes.shares(trace);
    } finally {
      Files.delete(trace);
    }
  }

  private static double gflops(int size) {
    try (NDManager scratch = NDManager.newBaseManager(Device.cpu())) {
      TorchScriptModule product = TorchScript.load(scratch, "Product", PRODUCT);
      NDArray a = scratch.randomNormal(new Shape(size, size));
      NDArray b = scratch.randomNormal(new Shape(size, size));
      double best = Double.POSITIVE_INFINITY;
      for (int i = 0; i <= REPEATS; i++) {
        long begin = System.nanoTime();
        product.callForOne(scratch, "of", Arg.of(a), Arg.of(b)).close();
        best = Math.min(best, (System.nanoTime() - begin) / 1e9);
      }
      return 2.0 * size * size * size / best / 1e9;
    }
  }

  private Reply memory() throws IOException {
    return onGpu
        ? Reply.memory(GpuMemory.ofThisProcess(), 0)
        : Reply.memory(resident("VmHWM"), startBytes);
  }

  /** A field of the kernel's account of this process, in bytes. */
  private static long resident(String field) {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith(field + ":"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow(() -> new BenchmarkException("/proc/self/status has no " + field));
    } catch (IOException e) {
      throw new BenchmarkException("resident memory is read from /proc/self/status: " + e, e);
    }
  }

  @Override
  public void close() {
    computation.ifPresent(Computation::close);
  }
}
