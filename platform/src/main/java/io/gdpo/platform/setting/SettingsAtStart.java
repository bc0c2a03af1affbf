package io.gdpo.platform.setting;

import io.gdpo.contracts.Secrets;
import io.smallrye.config.EnvConfigSource;
import io.smallrye.config.SysPropConfigSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.eclipse.microprofile.config.Config;
import org.eclipse.microprofile.config.spi.ConfigSource;

/**
 * A setting whose name is misspelt would do nothing, and nobody would hear of it: a service does
 * not start with one.
 *
 * <p>In a file or a system property, every name that begins with {@code gdpo.} must be a setting's.
 * Environment variables may be of others: one that nearly has the name of a setting is told of, and
 * no more.
 */
public final class SettingsAtStart {
  /** Where a person reads what there is. */
  public static final String PAGE = "docs/reference/settings.md";

  private static final String PROPERTY = "gdpo.";
  private static final String VARIABLE = "GDPO_";
  private static final Pattern SECRET = Pattern.compile("(?i).*(password|secret|token|key).*");
  private static final int LONGEST_VALUE = 200;

  private final SettingNames names;

  SettingsAtStart(SettingNames names) {
    this.names = names;
  }

  /** With the names of all settings. */
  public static SettingsAtStart ofSystem() {
    return new SettingsAtStart(SettingNames.read());
  }

  /** What is wrong, a line for each setting that there is not; nothing if all is well. */
  public List<String> unknown(Config config) {
    Map<String, String> given = new TreeMap<>();
    for (ConfigSource source : config.getConfigSources()) {
      if (!(source instanceof EnvConfigSource)) {
        source.getPropertyNames().stream()
            .filter(name -> name.startsWith(PROPERTY))
            .filter(name -> !names.hasProperty(name))
            .forEach(
                name ->
                    given.putIfAbsent(
                        name, shown(name, source.getValue(name)) + ", " + place(source)));
      }
    }
    List<String> told = new ArrayList<>();
    given.forEach(
        (name, value) ->
            told.add(
                "There is no setting "
                    + name
                    + " ("
                    + value
                    + ")"
                    + names.nearestProperty(name).map(it -> "; is it " + it + "?").orElse("")));
    return told;
  }

  /** Environment variables that are no settings and look as if one was meant; a line for each. */
  public List<String> doubtful(Collection<String> variables) {
    return variables.stream()
        .filter(name -> name.startsWith(VARIABLE) && !names.hasVariable(name))
        .sorted()
        .flatMap(
            name ->
                names
                    .nearestVariable(name)
                    .map(it -> "Nothing reads the variable " + name + "; is it " + it + "?")
                    .stream())
        .toList();
  }

  /** SmallRye's name of a file's source has the file in brackets. */
  private static String place(ConfigSource source) {
    return source instanceof SysPropConfigSource
        ? "a system property"
        : "in " + source.getName().replaceFirst("^\\w+\\[source=(.*)]$", "$1");
  }

  private static String shown(String name, String value) {
    if (value == null || SECRET.matcher(name.toLowerCase(Locale.ROOT)).matches()) {
      return "its value is not shown";
    }
    String masked = Secrets.masked(value);
    return "'" + masked.substring(0, Math.min(LONGEST_VALUE, masked.length())) + "'";
  }
}
