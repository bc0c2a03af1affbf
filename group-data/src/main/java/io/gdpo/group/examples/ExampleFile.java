package io.gdpo.group.examples;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.DuckDb;
import io.gdpo.group.Bounds;
import io.gdpo.group.DatasetException;
import io.gdpo.group.text.CsvTable;
import io.gdpo.group.text.Utf8Reader;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/**
 * Reads ready preference examples from one file, one after the other: {@code .jsonl} (an object a
 * line), {@code .json} (a list of objects), {@code .csv} or {@code .tsv} (a row each), all also
 * compressed as {@code .gz} or {@code .zst}, or {@code .parquet}.
 *
 * <p>What is wrong is told by its place; of the file's content only the values of known fields are
 * quoted, because a file that is no file of examples may be anybody's.
 */
final class ExampleFile {
  static final ObjectMapper JSON =
      new ObjectMapper(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder()
                          .maxNestingDepth(Bounds.NESTING)
                          .maxStringLength(Bounds.EXAMPLE)
                          .maxNameLength(Bounds.NAME)
                          .build())
                  .build())
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  /** Takes what a file holds. */
  interface Sink {
    void take(Place place, PreferenceExample example);

    void vote(Place place, Vote vote);

    /** A record of a group that is not asked for. */
    void other(Place place);

    /** A record that is left out, and why. */
    void refuse(Place place, String why);
  }

  private final Path file;
  private final Function<FieldReader, RecordKind> kinds;
  private final ExampleGroups groups;
  private final Sink sink;

  /**
   * @param kinds tells what a record is
   * @param groups those whose examples are taken
   */
  ExampleFile(Path file, Function<FieldReader, RecordKind> kinds, ExampleGroups groups, Sink sink) {
    this.file = file;
    this.kinds = kinds;
    this.groups = groups;
    this.sink = sink;
  }

  /**
   * Gives all that the file holds to the sink, in its order.
   *
   * @throws DatasetException if the file is not what its name says, or an example is wrong; names
   *     file, line or row, and field
   */
  void read() {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    name = name.matches(".*\\.parquet\\.\\w+") ? name : name.replaceFirst("\\.(?:gz|zst)$", "");
    try {
      if (name.endsWith(".jsonl")) {
        lines();
      } else if (name.endsWith(".json")) {
        list();
      } else if (name.endsWith(".csv") || name.endsWith(".tsv")) {
        table();
      } else if (name.endsWith(".parquet")) {
        parquet();
      } else {
        throw new DatasetException(
            file
                + " is none of .jsonl, .json, .csv, .tsv (also as .gz or .zst) and .parquet; preference"
                + " examples come in these");
      }
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  private void lines() throws IOException {
    try (ExampleLines lines = new ExampleLines(file)) {
      while (lines.next()) {
        give(lines.place(), tree(lines.text(), lines.place()));
      }
    }
  }

  private void give(Place place, JsonNode values) {
    if (values.isArray() && place.unit().equals("line")) {
      throw new DatasetException(ExampleLines.aList(place));
    }
    record(place, values);
  }

  private void record(Place place, JsonNode values) {
    FieldReader fields = new FieldReader(values, place);
    RecordKind kind = kinds.apply(fields);
    try {
      Optional<String> own = groups.of(fields);
      if (kind == RecordKind.OPINION) {
        OpinionRecord.requireFields(fields, groups.column());
      }
      if (!groups.take(own, place)) {
        sink.other(place);
        return;
      }
      kind.read(fields, groups.name(own), sink);
    } catch (RowException e) {
      if (!kind.leavesOutWhatIsWrong()) {
        throw e;
      }
      sink.refuse(place, e.why());
    }
  }

  private static JsonNode tree(String text, Place place) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      boolean hasColumn = place.unit().equals("line") && e.getLocation() != null;
      throw notJson(
          hasColumn ? place + ", column " + e.getLocation().getColumnNr() : "" + place, e);
    }
  }

  /** The parser's own message may quote the file. */
  private static DatasetException notJson(String place, JsonProcessingException e) {
    if (e instanceof StreamConstraintsException) {
      return new DatasetException(
          String.format(
              Locale.ROOT,
              "%s is nested more than %d deep, or holds a text of more than %,d characters or a"
                  + " number of more than 1,000",
              place,
              Bounds.NESTING,
              Bounds.EXAMPLE));
    }
    String message = Objects.requireNonNullElse(e.getOriginalMessage(), "");
    if (message.startsWith("Non-standard token")) {
      return new DatasetException(
          place + " holds NaN or Infinity, which is no number; leave it out");
    }
    String why =
        message.startsWith("Unexpected end-of-input")
            ? ": it ends too early"
            : message.startsWith("Duplicate field") ? ": a field is given twice" : "";
    return new DatasetException(place + " is not JSON" + why);
  }

  private void list() throws IOException {
    ObjectReader elements = JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    Place last = new Place(file, "line", 1);
    try (JsonParser parser = JSON.createParser(Utf8Reader.open(file))) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new DatasetException(
            file + " must hold a list of examples, [{...}, ...]; one example a line is .jsonl");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        last = new Place(file, "line", parser.currentTokenLocation().getLineNr());
        record(last, elements.readTree(parser));
      }
      if (parser.nextToken() != null) {
        throw new DatasetException(
            file
                + ", line "
                + parser.currentTokenLocation().getLineNr()
                + ": there is more after the list of examples");
      }
    } catch (JsonProcessingException e) {
      throw notJson(
          e.getLocation() == null // of what is too deep or too long
              ? last.toString()
              : new Place(file, "line", e.getLocation().getLineNr())
                  + ", column "
                  + e.getLocation().getColumnNr(),
          e);
    }
  }

  private void table() throws IOException {
    try (CsvTable rows = CsvTable.open(file, Bounds.EXAMPLE)) {
      RecordCells cells = new RecordCells(file, rows);
      while (rows.next()) {
        Place place = new Place(file, "row", rows.number());
        record(place, cells.record(place));
      }
    }
  }

  private void parquet() {
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT CAST(to_json(example) AS VARCHAR) FROM "
                    + DuckDb.parquet(file)
                    + " AS example")) {
      for (long row = 1; rows.next(); row++) {
        Place place = new Place(file, "row", row);
        String values = rows.getString(1);
        if (values.length() > Bounds.EXAMPLE) {
          throw new DatasetException(
              String.format(
                  Locale.ROOT, "%s is longer than %,d characters", place, Bounds.EXAMPLE));
        }
        give(place, tree(values, place));
      }
    } catch (SQLException e) {
      throw new DatasetException(
          file
              + " cannot be read as Parquet: "
              + e.getMessage().lines().findFirst().orElse("no reason given"),
          e);
    }
  }
}
