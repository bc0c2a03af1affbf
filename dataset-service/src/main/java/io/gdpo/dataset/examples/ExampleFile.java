package io.gdpo.dataset.examples;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import io.gdpo.contracts.data.PreferenceExample;
import io.gdpo.data.DuckDb;
import io.gdpo.dataset.DatasetException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.MalformedInputException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads ready preference examples from one file: {@code .jsonl} (an object a line), {@code .json}
 * (a list of objects) or {@code .parquet}.
 */
final class ExampleFile {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .enable(JsonParser.Feature.STRICT_DUPLICATE_DETECTION)
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private ExampleFile() {}

  /**
   * @throws DatasetException if the file is not what its name says, or an example is wrong; names
   *     file, line or row, and field
   */
  static List<PreferenceExample> read(Path file) {
    String name = file.getFileName().toString().toLowerCase(Locale.ROOT);
    try {
      if (name.endsWith(".jsonl")) {
        return lines(file);
      }
      if (name.endsWith(".json")) {
        return list(file);
      }
      if (name.endsWith(".parquet")) {
        return parquet(file);
      }
    } catch (MalformedInputException e) {
      throw new DatasetException(file + " is not UTF-8 text", e);
    } catch (IOException e) {
      throw new DatasetException("Cannot read " + file + ": " + e.getMessage(), e);
    }
    throw new DatasetException(
        file + " is none of .jsonl, .json and .parquet; preference examples come in these");
  }

  private static List<PreferenceExample> lines(Path file) throws IOException {
    List<PreferenceExample> examples = new ArrayList<>();
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      long number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        number++;
        if (!line.isBlank()) {
          String place = file + ", line " + number;
          examples.add(new ExampleRecord(tree(line, place), place).example());
        }
      }
    }
    return examples;
  }

  private static JsonNode tree(String text, String place) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      int column = e.getLocation() == null ? 1 : e.getLocation().getColumnNr();
      throw new DatasetException(
          place + ", column " + column + " is not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static List<PreferenceExample> list(Path file) throws IOException {
    List<PreferenceExample> examples = new ArrayList<>();
    ObjectReader elements = JSON.reader().without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);
    try (JsonParser parser = JSON.createParser(Files.newBufferedReader(file))) {
      if (parser.nextToken() != JsonToken.START_ARRAY) {
        throw new DatasetException(
            file + " must hold a list of examples, [{...}, ...]; one example a line is .jsonl");
      }
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        String place = file + ", line " + parser.currentTokenLocation().getLineNr();
        examples.add(new ExampleRecord(elements.readTree(parser), place).example());
      }
      if (parser.nextToken() != null) {
        throw new DatasetException(
            file
                + ", line "
                + parser.currentTokenLocation().getLineNr()
                + ": there is more after the list of examples");
      }
    } catch (JsonProcessingException e) {
      throw new DatasetException(
          file
              + ", line "
              + e.getLocation().getLineNr()
              + ", column "
              + e.getLocation().getColumnNr()
              + " is not JSON: "
              + e.getOriginalMessage(),
          e);
    }
    return examples;
  }

  private static List<PreferenceExample> parquet(Path file) {
    List<PreferenceExample> examples = new ArrayList<>();
    String path = file.toAbsolutePath().toString().replace("'", "''");
    try (Connection duckdb = DuckDb.open();
        Statement statement = duckdb.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT CAST(to_json(example) AS VARCHAR) FROM read_parquet('"
                    + path
                    + "') AS example")) {
      while (rows.next()) {
        String place = file + ", row " + (examples.size() + 1);
        examples.add(new ExampleRecord(tree(rows.getString(1), place), place).example());
      }
    } catch (SQLException e) {
      throw new DatasetException(
          file
              + " cannot be read as Parquet: "
              + e.getMessage().lines().findFirst().orElse("no reason given"),
          e);
    }
    return examples;
  }
}
