package io.gdpo.benchmark.example;

import io.gdpo.contracts.Json;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * The examples of a benchmark, written once as JSON and read by both sides.
 *
 * @param beliefTokens token id of each belief digit, by belief class
 * @param examples in the order in which steps visit them
 */
@SuppressWarnings("ArrayRecordComponent") // written and read, never changed
public record ExampleFile(long[] beliefTokens, List<PairTokens> examples) {
  public ExampleFile {
    examples = List.copyOf(examples);
  }

  /** Writes the file that {@link #read} and {@code peers/examples.py} read. */
  public void write(Path file) throws IOException {
    Json.SPECS.writeValue(file.toFile(), this);
  }

  /** Reads what {@link #write} wrote. */
  public static ExampleFile read(Path file) throws IOException {
    return Json.SPECS.readValue(file.toFile(), ExampleFile.class);
  }
}
