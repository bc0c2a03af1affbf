package io.gdpo.lm.safetensors;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.nio.ShortBuffer;

/** How a file stores floating-point numbers, and how these become float32 and back. */
public enum FloatFormat {
  F32("float32", Storage.F32) {
    @Override
    void widen(ByteBuffer stored, float[] into, int count) {
      FloatBuffer values = stored.asFloatBuffer();
      values.get(into, 0, count);
    }

    @Override
    void narrow(float[] values, int count, ByteBuffer stored) {
      stored.asFloatBuffer().put(values, 0, count);
    }
  },

  F16("float16", Storage.F16) {
    @Override
    void widen(ByteBuffer stored, float[] into, int count) {
      ShortBuffer bits = stored.asShortBuffer();
      for (int i = 0; i < count; i++) {
        into[i] = HalfPrecision.toFloat(bits.get(i));
      }
    }

    @Override
    void narrow(float[] values, int count, ByteBuffer stored) {
      ShortBuffer bits = stored.asShortBuffer();
      for (int i = 0; i < count; i++) {
        bits.put(i, HalfPrecision.fromFloat(values[i]));
      }
    }
  },

  BF16("bfloat16", Storage.BF16) {
    @Override
    void widen(ByteBuffer stored, float[] into, int count) {
      ShortBuffer bits = stored.asShortBuffer();
      for (int i = 0; i < count; i++) {
        into[i] = Float.intBitsToFloat(bits.get(i) << Short.SIZE);
      }
    }

    @Override
    void narrow(float[] values, int count, ByteBuffer stored) {
      ShortBuffer bits = stored.asShortBuffer();
      for (int i = 0; i < count; i++) {
        bits.put(i, brainFloat(values[i]));
      }
    }
  };

  private final String torchName;
  private final Storage storage;

  FloatFormat(String torchName, Storage storage) {
    this.torchName = torchName;
    this.storage = storage;
  }

  static FloatFormat of(Storage storage) {
    return valueOf(storage.name());
  }

  /** PyTorch's name of it, as {@code torch_dtype} in a config.json. */
  public String torchName() {
    return torchName;
  }

  Storage storage() {
    return storage;
  }

  /** Exact: every value of each format is a float32. */
  abstract void widen(ByteBuffer stored, float[] into, int count);

  /** To the nearest value of this format, of two the even one, as PyTorch rounds. */
  abstract void narrow(float[] values, int count, ByteBuffer stored);

  private static short brainFloat(float value) {
    int bits = Float.floatToRawIntBits(value);
    if (Float.isNaN(value)) {
      return (short) (bits >>> Short.SIZE | 0x40); // stays one, whatever bits are cut off
    }
    return (short) (bits + 0x7fff + (bits >>> Short.SIZE & 1) >>> Short.SIZE);
  }
}
