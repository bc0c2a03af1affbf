package io.gdpo.dataset.upload;

import io.gdpo.contracts.Reason;
import io.gdpo.platform.problem.ProblemException;
import java.util.regex.Pattern;

/** What an uploaded file may be called: it becomes a part of an address and of a path. */
final class UploadName {
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._=-]{0,199}");

  private static final Pattern KNOWN =
      Pattern.compile(".+\\.(?:(?:csv|tsv|jsonl|json)(?:\\.gz|\\.zst)?|parquet)");

  private UploadName() {}

  /** Whether it is one name without anything to be escaped. */
  static boolean isPlain(String name) {
    return PLAIN.matcher(name).matches();
  }

  /**
   * The name itself.
   *
   * @throws ProblemException (400) if a file cannot be kept under it
   */
  static String required(String name) {
    if (name == null) {
      throw ProblemException.badRequest(
          "The file has no name; give it as ?name=survey.csv, or send a folder of splits as"
              + " application/zip");
    }
    if (!isPlain(name) || !KNOWN.matcher(name).matches()) {
      throw ProblemException.badRequest(
          "A file cannot be kept as "
              + Reason.quoted(name)
              + ": its name is up to 200 letters, digits, '.', '_', '-' and '=', without a folder, and"
              + " ends with .csv, .tsv, .jsonl, .json, one of these with .gz or .zst, or .parquet");
    }
    return name;
  }
}
