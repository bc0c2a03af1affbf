package io.gdpo.platform.security;

import java.util.Set;

/** What a caller may do; each role may do what the one before it may. */
public final class Role {
  /** Reads everything. */
  public static final String VIEWER = "viewer";

  /** Asks for datasets, experiments and evaluations, and changes what is their own. */
  public static final String RESEARCHER = "researcher";

  /** Changes what others own, too, and what belongs to nobody in particular. */
  public static final String OPERATOR = "operator";

  private Role() {}

  /** What comes with a role, itself included; of a word that is no role, the word alone. */
  static Set<String> with(String role) {
    return switch (role) {
      case OPERATOR -> Set.of(OPERATOR, RESEARCHER, VIEWER);
      case RESEARCHER -> Set.of(RESEARCHER, VIEWER);
      default -> Set.of(role);
    };
  }
}
