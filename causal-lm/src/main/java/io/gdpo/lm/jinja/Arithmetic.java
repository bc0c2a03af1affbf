package io.gdpo.lm.jinja;

import java.util.ArrayList;
import java.util.List;

/** What operators compute, as Python does. */
final class Arithmetic {
  private Arithmetic() {}

  static Object compute(String operator, Object left, Object right, Budget budget) {
    try {
      return switch (operator) {
        case "~" -> joined(PythonText.of(left), PythonText.of(right), budget);
        case "+" -> sum(left, right, budget);
        case "*" -> product(left, right, budget);
        case "-" ->
            isWhole(left, right)
                ? (Object) Math.subtractExact(Values.whole(left), Values.whole(right))
                : real(left) - real(right);
        case "/" -> real(left) / nonZero(right);
        case "//" ->
            isWhole(left, right)
                ? (Object) Math.floorDiv(Values.whole(left), Values.whole(right))
                : Math.floor(real(left) / nonZero(right));
        case "%" ->
            isWhole(left, right)
                ? (Object) Math.floorMod(Values.whole(left), Values.whole(right))
                : real(left) - Math.floor(real(left) / nonZero(right)) * real(right);
        default -> power(left, right);
      };
    } catch (ArithmeticException e) {
      throw new TemplateException("'" + operator + "' has no result here: " + e.getMessage());
    }
  }

  static Object negative(Object value) {
    return value instanceof Double real ? (Object) (-real) : -Values.whole(value);
  }

  private static boolean isWhole(Object left, Object right) {
    return !(left instanceof Double)
        && !(right instanceof Double)
        && Values.isNumber(left)
        && Values.isNumber(right);
  }

  private static double real(Object value) {
    return Values.number(value).doubleValue();
  }

  private static double nonZero(Object value) {
    if (real(value) == 0) {
      throw new ArithmeticException("division by zero");
    }
    return real(value);
  }

  private static String joined(String left, String right, Budget budget) {
    budget.requireText((long) left.length() + right.length());
    return left + right;
  }

  private static Object sum(Object left, Object right, Budget budget) {
    if (left instanceof String one && right instanceof String other) {
      return joined(one, other, budget);
    }
    if (left instanceof List<?> one && right instanceof List<?> other) {
      budget.requireList((long) one.size() + other.size());
      List<Object> all = new ArrayList<>(one);
      all.addAll(other);
      return all;
    }
    if (!Values.isNumber(left) || !Values.isNumber(right)) {
      throw new TemplateException(
          Values.kind(left) + " and " + Values.kind(right) + " cannot be added");
    }
    return isWhole(left, right)
        ? (Object) Math.addExact(Values.whole(left), Values.whole(right))
        : real(left) + real(right);
  }

  private static Object product(Object left, Object right, Budget budget) {
    if (left instanceof String text) {
      long times = Math.max(0, Values.whole(right));
      budget.requireText(Math.multiplyExact(times, (long) text.length()));
      return text.repeat((int) times);
    }
    return right instanceof String
        ? product(right, left, budget)
        : isWhole(left, right)
            ? (Object) Math.multiplyExact(Values.whole(left), Values.whole(right))
            : real(left) * real(right);
  }

  private static Object power(Object left, Object right) {
    double result = Math.pow(real(left), real(right));
    return isWhole(left, right) && Values.whole(right) >= 0 && Math.abs(result) < 1L << 53
        ? (Object) (long) result
        : result;
  }
}
