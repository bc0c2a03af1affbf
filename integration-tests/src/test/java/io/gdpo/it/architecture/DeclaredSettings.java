package io.gdpo.it.architecture;

import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.AssignmentTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.ExpressionTree;
import com.sun.source.tree.LiteralTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.NewClassTree;
import com.sun.source.tree.Tree;
import com.sun.source.tree.VariableTree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import com.sun.source.util.TreePathScanner;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/**
 * The settings as the sources declare them, each once: a method of a {@code @ConfigMapping}
 * interface with its {@code @WithDefault}, or an environment variable, which is a constant, of an
 * enum {@code ...Variable} with its default, or of type String with its name. The meaning is the
 * Javadoc; its last sentence tells a default that is no constant, as {@code Default: ...}.
 *
 * @param groups the settings of each declaring type, by its simple name
 */
record DeclaredSettings(Map<String, List<Setting>> groups) {
  private static final Pattern VARIABLE = Pattern.compile("GDPO_[A-Z]+(_[A-Z]+)*");

  /**
   * A setting.
   *
   * @param name {@code gdpo.jobs.threads}, or {@code GDPO_HOME}
   * @param type of its values, in a word
   * @param defaultValue Markdown
   * @param meaning Markdown
   */
  record Setting(String name, String type, String defaultValue, String meaning) {

    /** The environment variable that sets it. */
    String variable() {
      return name.toUpperCase(Locale.ROOT).replaceAll("[.-]", "_");
    }
  }

  static DeclaredSettings read(List<Path> sources) throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files =
        compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(sources));
      Declarations found = new Declarations(DocTrees.instance(task));
      for (CompilationUnitTree unit : task.parse()) {
        found.scan(unit, null);
      }
      return new DeclaredSettings(found.groups);
    }
  }

  List<Setting> all() {
    return groups.values().stream().flatMap(List::stream).toList();
  }

  /** The table of some groups' settings. */
  String table(List<String> names) {
    return names.stream()
        .flatMap(name -> groups.get(name).stream())
        .map(s -> "| `%s` | %s | %s | %s |\n".formatted(s.name, s.type, s.defaultValue, s.meaning))
        .collect(
            Collectors.joining(
                "", "| setting | type | default | meaning |\n| --- | --- | --- | --- |\n", ""));
  }

  private static final class Declarations extends TreePathScanner<Void, Void> {
    private static final String ANY = "NAME";
    private static final Pattern DEFAULT = Pattern.compile("(.*)\\bDefault: (.*)\\.");

    private final DocTrees docs;
    private final Map<String, List<Setting>> groups = new TreeMap<>();

    Declarations(DocTrees docs) {
      this.docs = docs;
    }

    @Override
    public Void visitClass(ClassTree type, Void none) {
      Optional<String> prefix = annotation(type.getModifiers().getAnnotations(), "ConfigMapping");
      List<Setting> settings =
          prefix.isPresent()
              ? ofMapping(prefix.get(), type, inner(type))
              : type.getMembers().stream()
                  .filter(VariableTree.class::isInstance)
                  .flatMap(field -> variable(type, (VariableTree) field).stream())
                  .toList();
      if (!settings.isEmpty()) {
        groups.put(type.getSimpleName().toString(), settings);
      }
      return super.visitClass(type, none);
    }

    /** Groups of settings that a mapping has several of, by the name of their type. */
    private static Map<String, ClassTree> inner(ClassTree mapping) {
      return mapping.getMembers().stream()
          .filter(ClassTree.class::isInstance)
          .map(ClassTree.class::cast)
          .collect(Collectors.toMap(group -> group.getSimpleName().toString(), group -> group));
    }

    private List<Setting> ofMapping(String prefix, ClassTree type, Map<String, ClassTree> inner) {
      return type.getMembers().stream()
          .filter(MethodTree.class::isInstance)
          .flatMap(method -> ofMapping(prefix, (MethodTree) method, inner).stream())
          .toList();
    }

    private List<Setting> ofMapping(
        String prefix, MethodTree method, Map<String, ClassTree> inner) {
      List<? extends AnnotationTree> annotations = method.getModifiers().getAnnotations();
      boolean isPrefix = annotations.stream().anyMatch(a -> isNamed(a, "WithParentName"));
      String own =
          method.getName().toString().replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
      String type = method.getReturnType().toString();
      String each =
          type.startsWith("Map<") ? "." + ANY : type.startsWith("List<") ? "[" + ANY + "]" : "";
      ClassTree group = inner.get(type.replaceAll("^(?:Map<String, |List<)(.*)>$", "$1"));
      if (group != null) {
        return ofMapping(prefix + "." + own + each, group, inner);
      }
      return List.of(
          setting(
              isPrefix ? prefix : prefix + "." + own + (type.startsWith("Map<") ? each : ""),
              type.replaceAll("^Map<String, (.*)>$", "$1"),
              annotation(annotations, "WithDefault"),
              method));
    }

    private Optional<Setting> variable(ClassTree type, VariableTree field) {
      if (type.getSimpleName().toString().endsWith("Variable")
          && field.getInitializer() instanceof NewClassTree constant) {
        String value = text(constant.getArguments().get(0));
        return Optional.of(setting(field.getName().toString(), "int", Optional.of(value), field));
      }
      return Optional.of(text(field.getInitializer()))
          .filter(name -> VARIABLE.matcher(name).matches())
          .map(name -> setting(name, "String", Optional.empty(), field));
    }

    private Setting setting(
        String name, String type, Optional<String> defaultValue, Tree declaration) {
      String meaning = markdown(docs.getDocComment(path(declaration)), name);
      Matcher told = DEFAULT.matcher(meaning);
      boolean isTold = told.matches();
      return new Setting(
          name,
          word(type),
          defaultValue.map(value -> "`" + value + "`").orElse(isTold ? told.group(2) : ""),
          isTold ? told.group(1).strip() : meaning);
    }

    private TreePath path(Tree member) {
      return new TreePath(getCurrentPath(), member);
    }

    private static String word(String type) {
      return switch (type.replaceAll("^Optional<(.*)>$", "$1")) {
        case "int", "Integer", "OptionalInt" -> "number";
        case "boolean" -> "`true` or `false`";
        case "Duration" -> "time";
        case "MemorySize" -> "bytes";
        case "Path" -> "path";
        case "URI" -> "URI";
        case "List<String>" -> "texts";
        default -> "text";
      };
    }

    private static String markdown(String javadoc, String name) {
      if (javadoc == null) {
        throw new AssertionError(name + " has no Javadoc that tells what it means");
      }
      return javadoc
          .strip()
          .replaceAll("\\s+", " ")
          .replaceAll("\\{@code ([^}]*)}", "`$1`")
          .replaceAll("docs/reference/([\\w-]+\\.md)", "[$1]($1)");
    }

    private static Optional<String> annotation(
        List<? extends AnnotationTree> annotations, String name) {
      return annotations.stream()
          .filter(annotation -> isNamed(annotation, name))
          .map(annotation -> text(annotation.getArguments().get(0)))
          .findFirst();
    }

    private static boolean isNamed(AnnotationTree annotation, String name) {
      return annotation.getAnnotationType().toString().equals(name);
    }

    private static String text(ExpressionTree expression) {
      if (expression instanceof AssignmentTree assignment) {
        return text(assignment.getExpression());
      }
      return expression instanceof LiteralTree literal ? literal.getValue().toString() : "";
    }
  }
}
