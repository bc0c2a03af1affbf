package io.gdpo.kubernetes;

import io.fabric8.kubernetes.api.model.rbac.PolicyRule;
import io.fabric8.kubernetes.api.model.rbac.Role;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * To do something with a kind of resource, in a namespace: as a Role gives it, and as a request to
 * the API server needs it.
 *
 * @param group of the API; empty for the core's
 * @param resource in the plural, with its subresource
 */
record Right(String group, String resource, String verb) implements Comparable<Right> {
  private static final Pattern PATH =
      Pattern.compile(
          "/(?:api|apis/([^/]+))/[^/]+/namespaces/[^/]+/([^/?]+)(?:/([^/?]+)(?:/([^/?]+))?)?(\\?.*)?");

  /**
   * What a request needs.
   *
   * @param method of HTTP
   * @param path with its query
   */
  static Right neededFor(String method, String path) {
    Matcher parts = PATH.matcher(path);
    if (!parts.matches()) {
      throw new IllegalArgumentException(method + " " + path + " asks for nothing in a namespace");
    }
    boolean ofOne = parts.group(3) != null;
    String verb =
        switch (method) {
          case "GET" ->
              String.valueOf(parts.group(5)).contains("watch=true")
                  ? "watch"
                  : ofOne ? "get" : "list";
          case "POST" -> "create";
          case "PUT" -> "update";
          case "PATCH" -> "patch";
          case "DELETE" -> ofOne ? "delete" : "deletecollection";
          default -> throw new IllegalArgumentException(method + " is no request of ours");
        };
    String subresource = parts.group(4) == null ? "" : "/" + parts.group(4);
    return new Right(
        parts.group(1) == null ? "" : parts.group(1), parts.group(2) + subresource, verb);
  }

  /**
   * What the Roles in a file give.
   *
   * @param file YAML of Kubernetes; of a template of Helm the lines that say something to Helm are
   *     left out
   */
  static TreeSet<Right> givenIn(Path file) throws IOException {
    TreeSet<Right> given = new TreeSet<>();
    for (String document : Files.readString(file).split("(?m)^---$")) {
      if (document.contains("\nkind: Role\n")) {
        String yaml = document.replaceAll("(?m)^.*\\{\\{.*\n", "");
        for (PolicyRule rule : Serialization.unmarshal(yaml, Role.class).getRules()) {
          for (String group : rule.getApiGroups()) {
            for (String resource : rule.getResources()) {
              rule.getVerbs().forEach(verb -> given.add(new Right(group, resource, verb)));
            }
          }
        }
      }
    }
    return given;
  }

  @Override
  public int compareTo(Right other) {
    return Arrays.compare(
        new String[] {group, resource, verb},
        new String[] {other.group, other.resource, other.verb});
  }

  @Override
  public String toString() {
    return verb + " " + resource + (group.isEmpty() ? "" : "." + group);
  }
}
