package io.gdpo.group.examples;

import java.nio.file.Path;

/**
 * Where an example stands.
 *
 * @param unit {@code line} or {@code row}
 * @param number counted from 1
 */
record Place(Path file, String unit, long number) {
  @Override
  public String toString() {
    return file + ", " + unit + " " + number;
  }
}
