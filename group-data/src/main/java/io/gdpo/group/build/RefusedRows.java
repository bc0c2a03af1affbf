package io.gdpo.group.build;

import com.fasterxml.jackson.databind.SequenceWriter;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.job.DatasetCard;
import io.gdpo.contracts.job.DatasetCard.RowNote;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Consumer;

/**
 * Every row that was refused, with its reason, as a line of {@code refused.jsonl} beside the data;
 * the card lists the first of them only. Without one there is no such file.
 */
final class RefusedRows implements Consumer<RowNote>, AutoCloseable {
  private final Path file;
  private SequenceWriter lines;

  /**
   * @param folder where the file comes to lie
   */
  RefusedRows(Path folder) {
    this.file = folder.resolve(DatasetCard.REFUSED_FILE);
  }

  @Override
  public void accept(RowNote row) {
    try {
      if (lines == null) {
        lines =
            Json.EVENTS
                .writerFor(RowNote.class)
                .withRootValueSeparator("\n")
                .writeValues(Files.newBufferedWriter(file));
      }
      lines.write(row);
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }

  /** Whether there was any. */
  boolean any() {
    return lines != null;
  }

  @Override
  public void close() {
    try {
      if (lines != null) {
        lines.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException("Cannot write " + file, e);
    }
  }
}
