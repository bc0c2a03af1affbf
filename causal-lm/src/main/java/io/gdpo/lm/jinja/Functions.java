package io.gdpo.lm.jinja;

import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What chat templates may call by name, as transformers offers it. */
final class Functions {
  private static final Map<Character, String> TIME =
      Map.ofEntries(
          Map.entry('d', "dd"),
          Map.entry('m', "MM"),
          Map.entry('Y', "yyyy"),
          Map.entry('y', "yy"),
          Map.entry('b', "MMM"),
          Map.entry('B', "MMMM"),
          Map.entry('a', "EEE"),
          Map.entry('A', "EEEE"),
          Map.entry('j', "DDD"),
          Map.entry('H', "HH"),
          Map.entry('I', "hh"),
          Map.entry('p', "a"),
          Map.entry('M', "mm"),
          Map.entry('S', "ss"));

  private Functions() {}

  /**
   * All of them.
   *
   * @param now the time that templates are told
   */
  static Map<String, Object> all(LocalDateTime now) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put(
        "namespace",
        (Callable) (arguments, named) -> new Scope.Namespace(fields(arguments, named)));
    all.put("dict", (Callable) Functions::fields);
    all.put("range", (Callable) (arguments, named) -> range(arguments));
    all.put(
        "raise_exception",
        (Callable)
            (arguments, named) -> {
              throw new TemplateException(PythonText.of(argument(arguments, 0, "raise_exception")));
            });
    all.put(
        "strftime_now",
        (Callable)
            (arguments, named) -> time(now, Values.text(argument(arguments, 0, "strftime_now"))));
    return all;
  }

  static Object argument(List<Object> arguments, int place, String of) {
    if (place >= arguments.size()) {
      throw new TemplateException(of + " is called with too few arguments");
    }
    return arguments.get(place);
  }

  private static Map<String, Object> fields(List<Object> arguments, Map<String, Object> named) {
    Map<String, Object> fields = new LinkedHashMap<>();
    if (!arguments.isEmpty() && arguments.get(0) instanceof Map<?, ?> given) {
      given.forEach((key, value) -> fields.put(PythonText.of(key), value));
    }
    fields.putAll(named);
    return fields;
  }

  private static List<Object> range(List<Object> arguments) {
    long first = arguments.size() < 2 ? 0 : Values.whole(arguments.get(0));
    long end = Values.whole(argument(arguments, arguments.size() < 2 ? 0 : 1, "range"));
    long step = arguments.size() < 3 ? 1 : Values.whole(arguments.get(2));
    if (step == 0) {
      throw new TemplateException("the step of a range is 0");
    }
    List<Object> numbers = new ArrayList<>();
    for (long i = first; step > 0 ? i < end : i > end; i += step) {
      if (numbers.size() == Budget.MOST) {
        throw new TemplateException("a range has more numbers than a template may make");
      }
      numbers.add(i);
    }
    return numbers;
  }

  private static String time(LocalDateTime now, String format) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        text.append(c);
        continue;
      }
      char field = format.charAt(++i);
      if (field == '%') {
        text.append('%');
      } else if (TIME.containsKey(field)) {
        text.append(now.format(DateTimeFormatter.ofPattern(TIME.get(field), Locale.ENGLISH)));
      } else {
        throw new TemplateException("strftime_now does not know %" + field);
      }
    }
    return text.toString();
  }
}
