package io.gdpo.lm.safetensors;

import java.util.Set;

/** Element types with their sizes; those that are not loaded may still stand in a file. */
enum Storage {
  F32(4),
  F16(2),
  BF16(2),
  I64(8),
  F64(8),
  I32(4),
  I16(2),
  I8(1),
  U8(1),
  BOOL(1),
  U16(2),
  U32(4),
  U64(8);

  static final Set<Storage> FLOATS = Set.of(F32, F16, BF16);

  final int bytes;

  Storage(int bytes) {
    this.bytes = bytes;
  }
}
