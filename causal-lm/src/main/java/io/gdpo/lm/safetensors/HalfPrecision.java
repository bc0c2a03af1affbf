package io.gdpo.lm.safetensors;

/** IEEE 754 binary16, which Java 17 neither widens nor narrows to by itself. */
final class HalfPrecision {
  private static final int EXPONENT_BIAS_DIFFERENCE = 127 - 15;
  private static final float SUBNORMAL_UNIT = 0x1p-24f;

  private HalfPrecision() {}

  static float toFloat(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = fraction * SUBNORMAL_UNIT;
      return sign == 0 ? magnitude : -magnitude;
    }
    int wideExponent = exponent == 0x1f ? 0xff : exponent + EXPONENT_BIAS_DIFFERENCE;
    return Float.intBitsToFloat(sign | wideExponent << 23 | fraction << 13);
  }

  /** The nearest binary16, of two the even one; infinite beyond 65,519. */
  static short fromFloat(float value) {
    int bits = Float.floatToIntBits(value);
    int sign = bits >>> 16 & 0x8000;
    float magnitude = Math.abs(value);
    if (Float.isNaN(value)) {
      return (short) (sign | 0x7e00);
    }
    if (magnitude >= 65_520f) {
      return (short) (sign | 0x7c00);
    }
    if (magnitude < 0x1p-14f) {
      return (short) (sign | (int) Math.rint(magnitude / SUBNORMAL_UNIT));
    }
    int rounded = (bits & 0x7fffffff) + 0xfff + (bits >>> 13 & 1);
    return (short) (sign | (rounded >>> 13) - (EXPONENT_BIAS_DIFFERENCE << 10));
  }
}
