package io.gdpo.group.examples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DoubleNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.LongNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.POJONode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.gdpo.group.DatasetException;
import io.gdpo.group.text.CsvTable;
import io.gdpo.group.text.PythonLiteral;
import io.gdpo.group.text.PythonLiteral.MalformedException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The cells of a CSV's row as the values that a record has in JSON. A cell is a text, unless its
 * column is one that holds something else in every layout; an empty cell is a field that is not
 * given. Lists are written in JSON, or as Python prints them. What is none stays a text, and is
 * told by whoever looks at the field.
 */
final class RecordCells {
  private static final Set<String> NUMBERS =
      Set.of(
          "accept_choice_id",
          "reject_choice_id",
          "labels",
          "score_ratio",
          "votes_chosen",
          "votes_rejected",
          "votes_tied");
  private static final Set<String> TRUTHS = Set.of("majority", "label");
  private static final Set<String> LISTS =
      Set.of(
          "options",
          "probabilities",
          StackExchangeRecord.ANSWERS,
          PrismRecord.HISTORY,
          "normal_worker_annotations",
          "expert_worker_annotations");
  private static final Set<String> TEXTS_OR_MESSAGES =
      Set.of(PairRecord.PROMPT, PairRecord.CHOSEN, PairRecord.REJECTED, UnpairedRecord.COMPLETION);

  private static final Pattern NUMBER = Pattern.compile("[-+]?\\d+(?:\\.\\d*)?(?:[eE][-+]?\\d+)?");

  /** How a list of messages begins; a text that begins so is one. */
  private static final Pattern MESSAGES =
      Pattern.compile("\\s*\\[\\s*\\{\\s*(['\"])(?:role|content)\\1\\s*:.*", Pattern.DOTALL);

  /** What pandas calls the column of its index, whose name it leaves empty. */
  private static final String INDEX = "Unnamed: 0";

  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private final CsvTable rows;

  /**
   * Takes a table's rows.
   *
   * @throws DatasetException if a column has no name; the first one may be the index of pandas
   */
  RecordCells(Path file, CsvTable rows) {
    this.rows = rows;
    int unnamed = rows.columns().lastIndexOf("");
    if (unnamed > 0) {
      throw new DatasetException(
          file
              + ": column "
              + (unnamed + 1)
              + " has no name in the header; name it or take it out");
    }
  }

  /**
   * The record of the row that the table is at.
   *
   * @throws DatasetException if it has more or less cells than the header
   */
  ObjectNode record(Place place) {
    List<String> columns = rows.columns();
    if (rows.given() != columns.size()) {
      throw new DatasetException(place + " " + rows.unlikeTheHeader());
    }
    ObjectNode record = NODES.objectNode();
    for (int i = 0; i < columns.size(); i++) {
      String column = columns.get(i);
      record.set(column.isEmpty() ? INDEX : column, value(column, rows.cells().get(i)));
    }
    return record;
  }

  private static JsonNode value(String column, String cell) {
    if (cell.isEmpty()) {
      return NullNode.instance;
    }
    if (LISTS.contains(column)
        || (TEXTS_OR_MESSAGES.contains(column) && MESSAGES.matcher(cell).matches())) {
      return list(cell);
    }
    String word = cell.strip().toLowerCase(Locale.ROOT);
    if (TRUTHS.contains(column) && (word.equals("true") || word.equals("false"))) {
      return BooleanNode.valueOf(word.equals("true"));
    }
    if ((TRUTHS.contains(column) || NUMBERS.contains(column)) && NUMBER.matcher(word).matches()) {
      return number(Double.parseDouble(word));
    }
    return TextNode.valueOf(cell);
  }

  private static JsonNode list(String cell) {
    if (cell.isBlank()) {
      return NullNode.instance;
    }
    try {
      return ExampleFile.JSON.readTree(cell);
    } catch (JsonProcessingException json) {
      try {
        return json(PythonLiteral.parse(cell.strip()));
      } catch (MalformedException python) {
        return new POJONode(
            "is no list in JSON, such as [\"Yes\", \"No\"], nor as Python prints one: "
                + python.getMessage());
      }
    }
  }

  private static JsonNode json(Object python) {
    if (python instanceof Map<?, ?> dictionary) {
      ObjectNode object = NODES.objectNode();
      dictionary.forEach((name, value) -> object.set((String) name, json(value)));
      return object;
    }
    if (python instanceof List<?> list) {
      ArrayNode array = NODES.arrayNode();
      list.forEach(value -> array.add(json(value)));
      return array;
    }
    if (python instanceof Double number) {
      return number(number);
    }
    if (python instanceof Boolean truth) {
      return BooleanNode.valueOf(truth);
    }
    return python instanceof String text ? TextNode.valueOf(text) : NullNode.instance;
  }

  private static JsonNode number(double number) {
    return number == (long) number ? LongNode.valueOf((long) number) : DoubleNode.valueOf(number);
  }
}
