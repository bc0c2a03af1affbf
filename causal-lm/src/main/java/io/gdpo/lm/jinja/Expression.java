package io.gdpo.lm.jinja;

/** What has a value; null is {@code none}. */
@FunctionalInterface
interface Expression {
  Object in(Scope scope);
}
