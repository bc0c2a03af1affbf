package io.gdpo.local.terminal;

import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a script can learn from how {@code gdpo} ended; every command's help lists these. */
public enum ExitCode {
  OK(0, "done"),
  EXPERIMENT_FAILED(
      1, "the experiment failed or was cancelled, or a service answered with an error"),
  USAGE(2, "the command line is wrong"),
  NOT_REACHABLE(3, "no stack runs in this home, or a part of it does not answer"),
  INVALID_INPUT(4, "a file or an experiment is invalid; nothing was started"),
  NOT_FOUND(5, "no experiment, job or report has that name"),
  CONFLICT(6, "that name stands for another experiment already"),
  NOT_STARTED(7, "the stack could not be started"),
  NOT_ALLOWED(8, "the system does not know who you are, or you may not do that"),
  INTERRUPTED(130, "stopped by Ctrl-C");

  private final int code;
  private final String meaning;

  ExitCode(int code, String meaning) {
    this.code = code;
    this.meaning = meaning;
  }

  public int code() {
    return code;
  }

  /** Every code and its meaning, in the order of a help page. */
  public static Map<String, String> meanings() {
    Map<String, String> meanings = new LinkedHashMap<>();
    Arrays.stream(values()).forEach(e -> meanings.put(Integer.toString(e.code), e.meaning));
    return meanings;
  }
}
