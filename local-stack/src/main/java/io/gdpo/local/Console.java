package io.gdpo.local;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.gdpo.contracts.Json;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;

/**
 * Where a command speaks: results go to standard output, so that a script can read them; news about
 * the work goes there too for a person, but to standard error when the result is JSON.
 */
public final class Console {
  private final PrintStream out;
  private final PrintStream news;
  private final boolean interactive;

  private Console(PrintStream out, PrintStream news, boolean interactive) {
    this.out = out;
    this.news = news;
    this.interactive = interactive;
  }

  /** For a person: everything on standard output; redrawn lines if that is a terminal. */
  public static Console forPeople() {
    PrintStream out = utf8(System.out);
    return new Console(out, out, Boolean.getBoolean("gdpo.terminal"));
  }

  /** For a script: JSON on standard output, news on standard error, nothing redrawn. */
  public static Console forScripts() {
    return new Console(utf8(System.out), utf8(System.err), false);
  }

  private static PrintStream utf8(PrintStream stream) {
    return new PrintStream(stream, true, StandardCharsets.UTF_8);
  }

  /** Whether lines may be redrawn: standard output is a terminal. */
  public boolean isInteractive() {
    return interactive;
  }

  /** The stream that progress is drawn on. */
  public PrintStream newsStream() {
    return news;
  }

  /** A line of news about the work. */
  public void say(String line) {
    news.println(line);
  }

  /** A line of the result. */
  public void print(String line) {
    out.println(line);
  }

  /** The result as indented JSON. */
  public void printJson(Object value) {
    try {
      out.println(Json.EVENTS.writerWithDefaultPrettyPrinter().writeValueAsString(value));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("A result cannot be written as JSON: " + value, e);
    }
  }
}
