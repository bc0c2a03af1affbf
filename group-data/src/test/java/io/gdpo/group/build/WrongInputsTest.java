package io.gdpo.group.build;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.airlift.compress.zstd.ZstdOutputStream;
import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.data.PreferenceDataset;
import io.gdpo.group.Collected;
import io.gdpo.group.DatasetException;
import io.gdpo.group.Records;
import io.gdpo.group.survey.GroupSurvey;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Each way to be wrong that a file of examples or a survey has, in each format: told with file,
 * place, field and what to do. A new one is a row of a table here.
 */
class WrongInputsTest {
  private static final String GOOD =
      """
      {"prompt": "Q%d <|endoftext|>?", "context": "Hi.", "options": ["Yes", "No"], \
      "accept_choice_id": 4, "accept_choice": "Yes", "accept_response": "Sure.", \
      "reject_choice_id": 2, "reject_choice": "No", "reject_response": "Never.", \
      "probabilities": [0, 0, 0.25, 0, 0.75, 0], "majority": 1}""";

  private static final int RECORDS = 9;

  /** The record that is wrong, counted from 1; those before it are good. */
  private static final int BAD = 7;

  private static final String HEADER = "question,selections,options\n";
  private static final String ROW = "Fine?,\"{'A': [0.5, 0.5]}\",\"['Yes', 'No']\"\n";

  @TempDir private static Path folder;

  /** How records are written. */
  private enum Format {
    JSONL("line"),
    JSON("line"),
    CSV("row"),
    PARQUET("row");

    private final String unit;

    Format(String unit) {
      this.unit = unit;
    }

    String file(Packing packing) {
      return "x." + name().toLowerCase(Locale.ROOT) + packing.extension();
    }

    /** What is said of where a record stands. */
    String place(int record) {
      return ", " + unit + " " + (this == JSON ? record + 1 : record);
    }

    byte[] bytes(List<String> records) throws IOException {
      return switch (this) {
        case JSONL -> text(String.join("\n", records));
        case JSON -> text("[\n" + String.join(",\n", records) + "\n]");
        case CSV -> text(Records.csv(records, ","));
        case PARQUET -> parquet(records, "*");
      };
    }
  }

  /** How a file is compressed. */
  private enum Packing {
    PLAIN,
    GZ,
    ZST;

    String extension() {
      return this == PLAIN ? "" : "." + name().toLowerCase(Locale.ROOT);
    }

    byte[] pack(byte[] content) throws IOException {
      ByteArrayOutputStream bytes = new ByteArrayOutputStream();
      try (OutputStream packed =
          this == PLAIN
              ? bytes
              : this == GZ ? new GZIPOutputStream(bytes) : new ZstdOutputStream(bytes)) {
        packed.write(content);
      }
      return bytes.toByteArray();
    }
  }

  /**
   * A way for one record to be wrong.
   *
   * @param formats in which it can be
   * @param columns in which it makes a whole column wrong, so that the first record is told
   */
  private record Fault(
      String name,
      String good,
      String bad,
      String reason,
      Set<Format> formats,
      Set<Format> columns) {
    Fault(String name, String good, String bad, String reason) {
      this(name, good, bad, reason, EnumSet.allOf(Format.class), Set.of());
    }

    Fault notIn(Format... others) {
      Set<Format> left = EnumSet.copyOf(formats);
      left.removeAll(List.of(others));
      return new Fault(name, good, bad, reason, left, columns);
    }

    Fault wholeColumnIn(Format... these) {
      return new Fault(name, good, bad, reason, formats, Set.of(these));
    }

    List<String> records() {
      List<String> records = new ArrayList<>(goodRecords());
      assertThat(records.get(BAD - 1)).contains(good);
      records.set(BAD - 1, records.get(BAD - 1).replace(good, bad));
      return records;
    }
  }

  private static List<Fault> faults() {
    String id = "\"accept_choice_id\": 4";
    String options = "[\"Yes\", \"No\"]";
    String sure = "\"accept_response\": \"Sure.\"";
    String context = "\"context\": \"Hi.\"";
    String belief = "field 'accept_choice_id': must be a belief class, 0 to 5, is ";
    return List.of(
        new Fault("a class above 5", id, id.replace("4", "6"), belief + "6"),
        new Fault("a class below 0", id, id.replace("4", "-1"), belief + "-1"),
        new Fault("half a class", id, id.replace("4", "4.5"), belief + "4.5"),
        new Fault("a class without end", id, id + "0".repeat(30), belief + "4"),
        new Fault("a word for a class", id, id.replace("4", "\"yes\""), belief + "\"yes\""),
        new Fault(
            "shares that sum to 1.001",
            "0.75",
            "0.751",
            "field 'probabilities': must sum to 1 within 1.0E-6, sums to 1.001"),
        new Fault(
            "a negative share",
            "0.75, 0]",
            "1.0, -0.25]",
            "field 'probabilities': class 5 must be 0 or more, is -0.25"),
        new Fault(
            "a share for five classes only",
            "0.75, 0]",
            "0.75]",
            "field 'probabilities': must hold 6 probabilities, holds 5"),
        new Fault(
            "a text for a share",
            "0.75, 0]",
            "\"NaN\", 0]",
            "field 'probabilities': must hold numbers, holds \"NaN\""),
        new Fault("no response", sure + ", ", "", "field 'accept_response': is missing"),
        new Fault(
            "a response of blanks",
            sure,
            sure.replace("Sure.", " "),
            "field 'accept_response': is empty"),
        new Fault(
                "a field that there is not",
                "\"accept_response\"",
                "\"accepted_response\"",
                "unknown field 'accepted_response'; the fields are [accept_choice,")
            .wholeColumnIn(Format.CSV, Format.PARQUET),
        new Fault("a text for a list", options, "\"Yes\"", "field 'options': must be a list, is \"")
            .notIn(Format.CSV),
        new Fault(
                "a number for an option",
                options,
                "[1, \"No\"]",
                "field 'options': must hold texts, holds 1")
            .notIn(Format.PARQUET),
        new Fault(
            "more options than anybody reads",
            options,
            "[" + "\"a\", ".repeat(200) + "\"No\"]",
            "field 'options': holds 201 texts, more than 200"),
        new Fault(
            "lists in lists without end",
            options,
            "[".repeat(25) + "]".repeat(25),
            "nested more than 20 deep"),
        new Fault(
            "a number for a truth",
            "\"majority\": 1",
            "\"majority\": 2",
            "field 'majority': must be true or false, is 2"),
        new Fault(
                "a number for a text", context, "\"context\": 5", "'context': must be a text, is 5")
            .notIn(Format.CSV, Format.PARQUET),
        new Fault(
            "a text of 100,001 characters",
            "Hi.",
            "x".repeat(100_001),
            "field 'context': has 100,001 characters, more than 100,000"),
        new Fault(
            "a record of more than a million characters",
            "Hi.",
            "x".repeat(1_000_001),
            "than 1,000,000 characters"),
        new Fault(
            "an escape for a terminal",
            "\"accept_choice\": \"Yes\"",
            "\"accept_choice\": \"\\u001b[31m\"",
            "field 'accept_choice': holds the control character (U+001B) at character 1; take it"
                + " out"),
        new Fault(
                "a character that no database takes",
                "Hi.",
                "a\\u0000b",
                "field 'context': holds the control character (U+0000) at character 2")
            .notIn(Format.PARQUET),
        new Fault(
                "half of a surrogate pair",
                "Sure.",
                "A\\ud83d",
                "field 'accept_response': holds half of a surrogate pair (U+D83D) at character 2")
            .notIn(Format.CSV, Format.PARQUET),
        new Fault(
                "a field twice", "\"context\":", "\"prompt\":", "not JSON: a field is given twice")
            .notIn(Format.CSV, Format.PARQUET),
        new Fault(
                "a share that is not a number",
                "[0, 0,",
                "[NaN, 0,",
                " holds NaN or Infinity, which is no number")
            .notIn(Format.CSV, Format.PARQUET),
        new Fault("a name without quotes", "\"prompt\":", "prompt:", "is not JSON")
            .notIn(Format.CSV, Format.PARQUET),
        new Fault(
                "a number of two thousand digits",
                id,
                id + "0".repeat(2_000),
                "a number of more than 1,000")
            .notIn(Format.CSV, Format.PARQUET),
        new Fault(
            "two sides that are the same",
            "\"reject_choice_id\": 2, \"reject_choice\": \"No\", \"reject_response\": \"Never.\"",
            "\"reject_choice_id\": 4, \"reject_choice\": \"Yes\", \"reject_response\": \"Sure.\"",
            "accepted and rejected side are the same (choice id, choice and response), so there is"
                + " nothing to prefer; leave the example out"),
        new Fault(
            "another distribution for an earlier question",
            "0.25, 0, 0.75, 0]",
            "0.75, 0, 0.25, 0], \"question_id\": \"Q1 <|endoftext|>?\"",
            "question 'Q1 <|endoftext|>?' has two different distributions"));
  }

  @TestFactory
  Stream<DynamicTest> a_record_that_is_wrong_is_told_by_its_place_and_field() {
    return faults().stream()
        .flatMap(
            fault ->
                fault.formats.stream()
                    .flatMap(
                        format ->
                            Stream.of(Packing.values())
                                .filter(
                                    packing -> format != Format.PARQUET || packing == Packing.PLAIN)
                                .map(
                                    packing ->
                                        dynamicTest(
                                            fault.name + " in " + format.file(packing),
                                            () ->
                                                refused(
                                                    format.file(packing),
                                                    packing.pack(format.bytes(fault.records())),
                                                    format.place(
                                                        fault.columns.contains(format) ? 1 : BAD),
                                                    fault.reason)))));
  }

  /** A file that is wrong as a whole, or at a place; and what is told of it. */
  private record Wrong(String name, String file, byte[] bytes, String... reason) {}

  @TestFactory
  Stream<DynamicTest> a_file_that_is_wrong_is_told_by_its_name() throws IOException {
    return Stream.of(
            ofEachFormat(), lines(), lists(), tables(), parquetFiles(), packed(), surveys())
        .flatMap(List::stream)
        .map(
            wrong ->
                dynamicTest(
                    wrong.name + " in " + wrong.file,
                    () -> refused(wrong.file, wrong.bytes, wrong.reason)));
  }

  private static List<Wrong> ofEachFormat() throws IOException {
    List<Wrong> all = new ArrayList<>();
    for (String file :
        List.of("x.jsonl", "x.json", "x.csv", "x.tsv", "x.jsonl.gz", "x.csv.zst", "survey.csv")) {
      all.add(new Wrong("a ZIP archive", file, zip(), " is a ZIP archive; unpack it"));
      all.add(new Wrong("a tar archive", file, tar(), " is a tar archive; unpack it"));
      all.add(
          new Wrong(
              "a tar archive that is compressed",
              file,
              Packing.GZ.pack(tar()),
              " is a tar archive; unpack it"));
      all.add(
          new Wrong(
              "Parquet under another name",
              file,
              parquet(goodRecords(), "*"),
              " is Parquet; call it .parquet"));
      all.add(
          new Wrong(
              "text in another encoding of Unicode",
              file,
              GOOD.getBytes(UTF_16),
              " is UTF-16 text; save it as UTF-8"));
      all.add(
          new Wrong(
              "text in an encoding of the West",
              file,
              "question\n\u00e9".getBytes(ISO_8859_1),
              ", line 2 is not UTF-8 text; save the file as UTF-8"));
    }
    for (String file : List.of("x.jsonl", "x.csv", "x.tsv", "x.jsonl.gz", "x.csv.zst")) {
      all.add(new Wrong("nothing", file, new byte[0], " holds no example"));
      all.add(new Wrong("nothing, compressed", file, Packing.ZST.pack(new byte[0]), " holds no"));
    }
    for (String file : List.of("x.zip", "x.tar", "x.tar.gz", "x.parquet.gz", "x.xml", "x")) {
      all.add(
          new Wrong(
              "any bytes",
              file,
              text("PAR1"),
              " is none of .jsonl, .json, .csv, .tsv (also as .gz or .zst) and .parquet;"));
    }
    return all;
  }

  private static List<Wrong> lines() {
    return List.of(
        new Wrong(
            "a line that ends too early",
            "x.jsonl",
            text(GOOD + "\n{\"prompt\": "),
            ", line 2, column 11 is not JSON: it ends too early"),
        new Wrong(
            "a list",
            "x.jsonl",
            text("[" + GOOD + "]"),
            ", line 1 holds a list; in a .jsonl file each line is one example, {...}"),
        new Wrong(
            "a list without end",
            "x.jsonl",
            text("[" + "{\"prompt\": 1}, ".repeat(70_000)),
            ", line 1 holds a list; "),
        new Wrong(
            "a text",
            "x.jsonl",
            text("\"Q?\""),
            ", line 1: an example is an object with fields, {...}, this is a string"),
        new Wrong(
            "two prompts only",
            "x.jsonl",
            text(GOOD.formatted(1) + "\n" + GOOD.formatted(2)),
            " holds 2 different prompts, too few to split; give a folder with train, eval and test"));
  }

  private static List<Wrong> lists() {
    return List.of(
        new Wrong("nothing", "x.json", new byte[0], " must hold a list of examples, [{...}, ...]"),
        new Wrong("an empty list", "x.json", text("[]"), " holds no example"),
        new Wrong(
            "one object",
            "x.json",
            text(GOOD),
            " must hold a list of examples, [{...}, ...]; one example a line is .jsonl"),
        new Wrong(
            "a list that ends too early",
            "x.json",
            text("[\n" + GOOD + ","),
            ", line 2, column",
            " is not JSON: it ends too early"),
        new Wrong(
            "a value that is none",
            "x.json",
            text("[\n" + GOOD + ",\n{\"prompt\": }\n]"),
            ", line 3, column 12 is not JSON"),
        new Wrong(
            "more behind the list",
            "x.json",
            text("[" + GOOD + "]\n[]"),
            ", line 2: there is more after the list of examples"),
        new Wrong(
            "lists in a list",
            "x.json",
            text("[[1]]"),
            ", line 1: an example is an object with fields"),
        new Wrong(
            "lists in lists without end",
            "x.json",
            text("[".repeat(100_000)),
            ", line 1 is nested more than 20 deep"));
  }

  private static List<Wrong> tables() {
    String header =
        "prompt,options,accept_choice_id,accept_choice,accept_response,reject_choice_id,reject_choice,reject_response,probabilities\n";
    String row =
        "Q%d?,\"['Yes', 'No']\",4,Yes,\"Sure,\nsure.\",2,No,Never.,\"[0, 0, 0.25, 0, 0.75, 0]\"\n";
    String good = header + row.formatted(1) + "\n";
    return List.of(
        new Wrong("a header only", "x.csv", text(header), " holds no example"),
        new Wrong(
            "two columns of one name",
            "x.csv",
            text(header.replace("reject_response", "prompt")),
            ": columns 1 and 8 have the same name in the header; rename one or take it out"),
        new Wrong(
            "a column without a name",
            "x.csv",
            text(header.replace("options", "")),
            ": column 2 has no name in the header; name it or take it out"),
        new Wrong(
            "a row with more cells",
            "x.csv",
            text(good + row.formatted(2).replace("Never.", "No, never.")),
            ", row 2 has 10 fields, the header 9; quote texts that hold the separator, quotes or line breaks"),
        new Wrong(
            "a row with less cells",
            "x.tsv",
            text(Records.csv(goodRecords(), "\t") + "Q?\t4\n"),
            ", row 10 has 2 fields, the header 11; quote"),
        new Wrong(
            "a row with cells without end",
            "x.csv",
            text(good + ",".repeat(200_000)),
            ", row 2 has 200001 fields, the header 9"),
        new Wrong(
            "a quote that is not closed",
            "x.csv",
            text(good + row.formatted(2).replace(",2,", ",\"2,") + row.formatted(3)),
            ", row 2 is not CSV: quote texts that hold the separator",
            "close each"),
        new Wrong(
            "a quote that is closed far behind",
            "x.csv",
            text(good + "\"" + row.formatted(3).replace('"', ' ').repeat(20_000)),
            ", row 2 holds more than 1,000,000 characters; is a quote not closed?"),
        new Wrong(
            "a quote inside of a quoted cell",
            "x.csv",
            text(good + "\"Q \"2\"?\"" + row.substring(4)),
            ", row 2 is not CSV: quote texts",
            "double the quotes"),
        new Wrong(
            "a header without end",
            "x.csv",
            text("a,".repeat(20_000)),
            " has more than 10,000 columns"),
        new Wrong(
            "a list as numpy prints it",
            "x.csv",
            text(good + row.formatted(2).replace("'Yes', 'No'", "'Yes' 'No'")),
            ", row 2, field 'options': is no list in JSON, such as [\"Yes\", \"No\"], nor as Python prints one: expected ']'"),
        new Wrong(
            "a word for a list",
            "x.csv",
            text(good + row.formatted(2).replace("['Yes', 'No']", "Yes")),
            ", row 2, field 'options': is no list in JSON"),
        new Wrong(
            "a share that is not a number",
            "x.csv",
            text(good + row.formatted(2).replace("0.75", "nan")),
            ", row 2, field 'probabilities': class 4 must be 0 or more, is NaN"),
        new Wrong(
            "messages that are none",
            "x.csv",
            text(
                "prompt,chosen,rejected\n"
                    + "Q?,\"[{'role': 'assistant', 'content': 'a'} {'role': 'user', 'content': 'b'}]\",No.\n"
                        .repeat(3)),
            " holds no example; 3 records cannot be used: x.csv 1: field 'chosen': is no list in JSON"),
        new Wrong(
            "lines of JSON",
            "x.csv",
            text(GOOD),
            ": columns 12 and 14 have the same name in the header"));
  }

  private static List<Wrong> parquetFiles() throws IOException {
    byte[] good = parquet(goodRecords(), "*");
    return List.of(
        new Wrong("nothing", "x.parquet", new byte[0], " cannot be read as Parquet"),
        new Wrong("text", "x.parquet", text(GOOD), " cannot be read as Parquet"),
        new Wrong("a ZIP archive", "x.parquet", zip(), " cannot be read as Parquet"),
        new Wrong(
            "Parquet that is compressed again",
            "x.parquet",
            Packing.GZ.pack(good),
            " cannot be read as Parquet"),
        new Wrong(
            "Parquet that ends too early",
            "x.parquet",
            Arrays.copyOf(good, good.length - 9),
            " cannot be read as Parquet"),
        new Wrong(
            "Parquet that begins too late",
            "x.parquet",
            Arrays.copyOfRange(good, 9, good.length),
            " cannot be read as Parquet"),
        new Wrong(
            "damaged Parquet",
            "x.parquet",
            damaged(good, good.length - 20),
            " cannot be read as Parquet"),
        new Wrong(
            "a column too few",
            "x.parquet",
            parquet(goodRecords(), "* EXCLUDE (options)"),
            ", row 1, field 'options': is missing"),
        new Wrong(
            "a share that is not a number",
            "x.parquet",
            parquet(
                goodRecords(), "* REPLACE (['nan'::DOUBLE, 0, 0.25, 0, 0.75, 0] AS probabilities)"),
            ", row 1 holds NaN or Infinity, which is no number"));
  }

  private static List<Wrong> packed() throws IOException {
    List<Wrong> all = new ArrayList<>();
    for (Packing packing : List.of(Packing.GZ, Packing.ZST)) {
      String format = packing == Packing.GZ ? "gzip" : "zstd";
      for (Format each : List.of(Format.JSONL, Format.JSON, Format.CSV)) {
        String file = each.file(packing);
        byte[] whole = packing.pack(each.bytes(goodRecords()));
        for (int length : List.of(5, 12, 60, whole.length - 5, whole.length - 1)) {
          all.add(
              new Wrong(
                  length + " bytes of " + whole.length,
                  file,
                  Arrays.copyOf(whole, length),
                  format,
                  length > 12 || packing == Packing.ZST
                      ? " ends too early; was it copied whole?"
                      : " "));
        }
        all.add(
            new Wrong(
                "a damaged checksum",
                file,
                damaged(whole, whole.length - (packing == Packing.GZ ? 6 : 2)),
                " begins as " + format + " but is none, or is damaged"));
        all.add(new Wrong("a bomb", file, packing.pack(new byte[6 << 20]), " "));
      }
    }
    return all;
  }

  private static List<Wrong> surveys() throws IOException {
    List<Wrong> all = new ArrayList<>();
    for (Packing packing : Packing.values()) {
      String file = "survey.csv" + packing.extension();
      for (String[] row : SURVEYS) {
        all.add(
            new Wrong(
                row[0], file, packing.pack(text(row[1])), Arrays.copyOfRange(row, 2, row.length)));
      }
      byte[] whole = packing.pack(text(HEADER + ROW));
      if (packing != Packing.PLAIN) {
        all.add(
            new Wrong(
                "all but one byte",
                file,
                Arrays.copyOf(whole, whole.length - 1),
                " ends too early; was it copied whole?"));
        all.add(
            new Wrong(
                "a damaged checksum",
                file,
                damaged(whole, whole.length - (packing == Packing.GZ ? 6 : 2)),
                " but is none, or is damaged"));
        all.add(
            new Wrong(
                "a bomb",
                file,
                packing.pack(new byte[6 << 20]),
                ", header holds more than 5,000,000 characters"));
      }
    }
    return all;
  }

  /** Name, content, and what is told of it. */
  private static final String[][] SURVEYS = {
    {"nothing", "", " holds no question, only a header or nothing"},
    {"a header only", HEADER, " holds no question, only a header or nothing"},
    {
      "other columns",
      "frage,antwort\nFein?,Ja\n",
      " has no column 'question'; a survey needs the columns [question, selections, options], or"
    },
    {
      "a column too few",
      HEADER.replace("options", "x") + ROW,
      " has no column 'options'; a survey needs the columns",
      "it has [question, selections, x]"
    },
    {
      "two columns of one name",
      HEADER.replace("\n", ",question\n") + ROW,
      ": columns 1 and 4 have the same name in the header; rename one or take it out"
    },
    {
      "lines of JSON",
      "{\"question\": \"Fine?\"}",
      " has no column 'question'; a survey needs the columns"
    },
    {
      "a quote that is not closed",
      HEADER + ROW + "Good?,\"{'A': [0.5, 0.5]}",
      ", row 2 is not CSV: quote texts that hold the separator",
      "close each"
    },
    {
      "a quote that is closed far behind",
      HEADER + "\"" + ROW.replace('"', ' ').repeat(130_000),
      ", row 1 holds more than 5,000,000 characters; is a quote not closed?"
    },
    {
      "more fields than the header has",
      HEADER + ROW.replace("\n", ",more\n"),
      "row 1: has 4 fields, the header 3; quote texts"
    },
    {"an empty question", HEADER + ROW.replace("Fine?", ""), "row 1: field 'question' is empty"},
    {
      "a question of punctuation",
      HEADER + ROW.replace("Fine?", "??"),
      "row 1: field 'question' holds no word"
    },
    {
      "a question without end",
      HEADER + ROW.replace("Fine", "x".repeat(3_001)),
      "row 1: field 'question' holds a text of 3,002 characters, more than 3,000"
    },
    {
      "an escape for a terminal",
      HEADER + ROW.replace("Fine", "\u001b[31m"),
      "row 1: field 'question' holds the control character (U+001B) at character 1; take it out"
    },
    {
      "a text for a list",
      HEADER + ROW.replace("['Yes', 'No']", "Yes"),
      "row 1: field 'options' is not a printed Python value"
    },
    {
      "a number for an option",
      HEADER + ROW.replace("'Yes'", "1"),
      "row 1: field 'options' must hold texts, holds '1"
    },
    {
      "lists in lists without end",
      HEADER + ROW.replace("['Yes', 'No']", "[".repeat(9_000)),
      "row 1: field 'options' ",
      "nested more than 20 deep"
    },
    {
      "a list for the groups",
      HEADER + ROW.replace("{'A': [0.5, 0.5]}", "[0.5, 0.5]"),
      "row 1: field 'selections' must be a dictionary of groups, such as {'A': [0.6, 0.4]}"
    },
    {
      "a text for a share",
      HEADER + ROW.replace("[0.5,", "['x',"),
      "row 1: field 'selections', the group's list must hold numbers, holds x"
    },
    {
      "a negative share",
      HEADER + ROW.replace("[0.5, 0.5]", "[1.2, -0.2]"),
      "row 1: a share must be 0 or more, is -0.2"
    },
    {
      "a share that is not a number",
      HEADER + ROW.replace("[0.5,", "[nan,"),
      "row 1: a share must be 0 or more, is NaN"
    },
    {
      "shares that sum to 0.9",
      HEADER + ROW.replace("[0.5,", "[0.4,"),
      "row 1: shares sum to 0.9000; they must sum to 1 (or to 100 %)"
    },
    {
      "shares that sum to 1.2",
      HEADER + ROW.replace("[0.5,", "[0.7,"),
      "row 1: shares sum to 1.2000"
    },
    {
      "a number for the shares",
      HEADER + ROW.replace("[0.5, 0.5]", "1.0"),
      "row 1: field 'selections' must hold a list, holds 1.0"
    },
    {
      "an option without a word",
      HEADER + ROW.replace("'No'", "''"),
      "row 1: field 'options' must hold texts, holds ''"
    },
    {
      "options of one belief",
      HEADER + ROW.replace("'No'", "'DK'"),
      "row 1: ",
      "fewer than 2 different beliefs"
    },
    {
      "a share too few",
      HEADER + ROW.replace("[0.5, 0.5]", "[1.0]"),
      "row 1: has 2 options but 1 shares"
    },
    {
      "an option of no belief",
      HEADER + ROW.replace("'No'", "'Mauve'"),
      "row 1: option 'Mauve' has no belief class",
      "give it one under dataset.options"
    },
    {"another group", HEADER + ROW.replace("'A'", "'B'"), " has no group 'A'; its groups are [B]"},
  };

  private static byte[] damaged(byte[] good, int at) {
    byte[] damaged = good.clone();
    damaged[at] ^= 0x55;
    return damaged;
  }

  /** With an entry that would leave the folder into which somebody unpacks it. */
  private static byte[] zip() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
      zip.putNextEntry(new ZipEntry("../../outside.jsonl"));
      zip.write(text(GOOD));
    }
    return bytes.toByteArray();
  }

  /** Likewise: the header of an entry, and what it holds. */
  private static byte[] tar() {
    byte[] tar = new byte[2 * 512];
    put(tar, 0, "../../outside.jsonl");
    put(tar, 124, "00000000010");
    put(tar, 156, "0");
    put(tar, 257, "ustar");
    put(tar, 512, "{\"a\": 1}");
    return tar;
  }

  private static void put(byte[] to, int at, String text) {
    System.arraycopy(text(text), 0, to, at, text.length());
  }

  /** The test split is wrong in its last record, when the others are written. */
  @ParameterizedTest
  @EnumSource
  void a_build_that_fails_leaves_nothing_and_the_mended_one_works(Format format)
      throws IOException {
    Packing packing = format == Format.JSON ? Packing.ZST : Packing.PLAIN;
    Path source = Files.createTempDirectory(folder, "splits");
    Path store = Files.createTempDirectory(folder, "artifacts");
    byte[] good = packing.pack(format.bytes(goodRecords()));
    for (String split : List.of("train", "eval", "test")) {
      Files.write(source.resolve(format.file(packing).replace("x", split)), good);
    }
    Path test = source.resolve(format.file(packing).replace("x", "test"));
    List<String> bad = new ArrayList<>(goodRecords());
    bad.set(RECORDS - 1, bad.get(RECORDS - 1).replace("0.75", "0.751"));
    Files.write(test, packing.pack(format.bytes(bad)));
    DatasetSpec spec =
        new DatasetSpec(null, null, source.toString(), null, null, null, null, null, null, null);
    ArtifactStore artifacts = Artifacts.at(store.toUri());
    DatasetBuilder builder = new DatasetBuilder(new Sources(artifacts), artifacts);

    assertThatThrownBy(() -> builder.build("d", spec, Optional.empty()))
        .isInstanceOf(DatasetException.class)
        .hasMessageContaining(test + format.place(RECORDS) + ", field 'probabilities': must sum");
    assertThat(store).isEmptyDirectory();

    Files.write(test, good);
    PreferenceDataset dataset =
        PreferenceDataset.read(Path.of(builder.build("d", spec, Optional.empty()).uri()));
    assertThat(dataset.test()).hasSize(RECORDS).isEqualTo(dataset.train());
    assertThat(dataset.test().get(0).prompt())
        .as("the text of a special token is text")
        .isEqualTo("Q1 <|endoftext|>?");
  }

  private void refused(String name, byte[] bytes, String... parts) throws IOException {
    Path file = write(name, bytes);
    Throwable refusal =
        catchThrowable(
            () -> {
              if (name.startsWith("survey")) {
                GroupSurvey.read(file, "A");
              } else {
                Collected.examples(file, 0);
              }
            });
    assertThat(refusal).isInstanceOf(DatasetException.class).hasMessageContaining(file.toString());
    assertThat(refusal.getMessage()).contains(parts).hasSizeLessThan(800);
  }

  private Path write(String name, byte[] bytes) throws IOException {
    return Files.write(Files.createTempDirectory(folder, "file").resolve(name), bytes);
  }

  private static List<String> goodRecords() {
    return IntStream.rangeClosed(1, RECORDS).mapToObj(GOOD::formatted).toList();
  }

  private static byte[] text(String text) {
    return text.getBytes(UTF_8);
  }

  private static byte[] parquet(List<String> records, String columns) throws IOException {
    return Files.readAllBytes(
        Records.parquet(
            records, columns, folder.resolve("made-" + System.nanoTime() + ".parquet")));
  }
}
