package io.gdpo.contracts.spec;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** A specification that cannot be run; holds every problem found, not only the first. */
public class InvalidSpecException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient List<SpecProblem> problems;

  public InvalidSpecException(List<SpecProblem> problems) {
    super(problems.stream().map(SpecProblem::toString).collect(Collectors.joining("; ")));
    this.problems = List.copyOf(problems);
  }

  /** A specification with one problem. */
  public InvalidSpecException(String field, String message) {
    this(List.of(new SpecProblem(field, message)));
  }

  /** A specification of which some fields could not be read. */
  public InvalidSpecException(Map<String, String> misread, List<SpecProblem> others) {
    this(
        Stream.concat(
                misread.entrySet().stream()
                    .map(e -> new SpecProblem(e.getKey().substring(1), e.getValue())),
                others.stream().filter(other -> !misread.containsKey("." + other.field())))
            .toList());
  }

  public List<SpecProblem> problems() {
    return problems;
  }
}
