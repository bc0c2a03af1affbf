package io.gdpo.lm.script;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a computation reads of Java's arrays, on its way to the device in one copy. Each copy from
 * the heap to a GPU waits for what the GPU is at, so that arrays which are sent one by one, between
 * operators, leave it idle again and again.
 *
 * <p>Used once: arrays are added, then {@link #send} makes tensors of all of them, which belong to
 * the manager given to it. One thread at a time.
 */
public final class InputBuffer {
  private final List<Piece> pieces = new ArrayList<>();
  private int length;

  /** In which format a piece becomes a tensor. On their way all are float64. */
  private enum Format {
    INT64,
    FLOAT64,
    FLOAT32
  }

  /** An array that was added, and its tensor once it was sent. */
  public static final class Piece {
    private final Format format;
    private final double[] values;
    private final Shape shape;
    private Optional<NDArray> sent = Optional.empty();

    private Piece(Format format, double[] values, Shape shape) {
      this.format = format;
      this.values = values;
      this.shape = shape;
    }

    /**
     * The tensor, of the shape that was asked for.
     *
     * @throws IllegalStateException before {@link InputBuffer#send}
     */
    public NDArray tensor() {
      return sent.orElseThrow(() -> new IllegalStateException("the buffer was not sent yet"));
    }

    private long[] plan() {
      boolean flat = shape.dimension() == 1;
      return new long[] {
        format.ordinal(), shape.dimension(), shape.get(0), flat ? 1 : shape.get(1)
      };
    }
  }

  /** Integers of less than 2^53: a tensor {@code [values.length]} int64. */
  public Piece integers(long[] values) {
    return integers(values, new Shape(values.length));
  }

  /** Integers of less than 2^53 of a shape of one or two dimensions, row after row, int64. */
  public Piece integers(long[] values, Shape shape) {
    double[] exact = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      exact[i] = values[i];
      if (Math.abs(values[i]) >= 1L << 53) {
        throw new IllegalArgumentException(values[i] + " is too large to travel as float64");
      }
    }
    return add(new Piece(Format.INT64, exact, shape));
  }

  /** Numbers: a tensor {@code [values.length]} float64. */
  public Piece doubles(double[] values) {
    return add(new Piece(Format.FLOAT64, values, new Shape(values.length)));
  }

  /** Numbers: a tensor {@code [values.length]} float32. */
  public Piece floats(float[] values) {
    return floats(values, new Shape(values.length));
  }

  /** Numbers of a shape of one or two dimensions, row after row, float32. */
  public Piece floats(float[] values, Shape shape) {
    double[] wide = new double[values.length];
    for (int i = 0; i < values.length; i++) {
      wide[i] = values[i];
    }
    return add(new Piece(Format.FLOAT32, wide, shape));
  }

  private Piece add(Piece piece) {
    int dimensions = piece.shape.dimension();
    if (dimensions < 1 || dimensions > 2 || piece.shape.size() != piece.values.length) {
      throw new IllegalArgumentException(
          piece.values.length + " numbers are no vector or matrix of shape " + piece.shape);
    }
    pieces.add(piece);
    length += piece.values.length;
    return piece;
  }

  /** Copies everything that was added to the manager's device, which owns the tensors. */
  public void send(NDManager owner) {
    double[] all = new double[length];
    long[] plan = new long[4 * pieces.size()];
    int at = 0;
    for (int i = 0; i < pieces.size(); i++) {
      Piece piece = pieces.get(i);
      System.arraycopy(piece.values, 0, all, at, piece.values.length);
      System.arraycopy(piece.plan(), 0, plan, 4 * i, 4);
      at += piece.values.length;
    }
    try (NDManager onHost = owner.newSubManager(Device.cpu())) {
      NDList tensors =
          Loaded.MODULE.call(
              owner,
              "pieces",
              Arg.of(owner.create(all)),
              Arg.of(onHost.create(plan, new Shape(pieces.size(), 4))));
      for (int i = 0; i < tensors.size(); i++) {
        pieces.get(i).sent = Optional.of(tensors.get(i));
      }
    }
  }

  /** Loaded at first use and kept for the life of the JVM: it holds no tensors. */
  private static final class Loaded {
    private static final TorchScriptModule MODULE =
        TorchScript.loadResource(
            NDManager.newBaseManager(Device.cpu(), "PyTorch"),
            InputBuffer.class,
            "input_buffer.py",
            "InputBuffer",
            Map.of());
  }
}
