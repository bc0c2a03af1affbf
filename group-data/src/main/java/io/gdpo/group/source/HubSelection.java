package io.gdpo.group.source;

import io.gdpo.contracts.data.Split;
import io.gdpo.hub.HubException;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Which files of a repository an address means: the one that it names, or those of the splits in
 * the folder that it names, or else in the repository's root or its {@code data} folder. What could
 * mean several things is refused, so that no split is mixed of what belongs apart.
 *
 * @param folders whether it may be a folder
 */
record HubSelection(HubAddress address, boolean folders)
    implements Function<Set<String>, List<String>> {
  private static final int SHOWN = 10;
  private static final String DATA = "data";

  private static final Pattern READABLE =
      Pattern.compile("(?i).*\\.(?:parquet|jsonl|json|csv|tsv)(?:\\.gz|\\.zst)?");

  /** What tells one piece of a file from the others, such as {@code -00000-of-00002}. */
  private static final Pattern PIECE =
      Pattern.compile("[-_.]?\\d+(?:[-_.]of[-_.]\\d+)?(?:-[0-9a-f]{16})?(?=\\.[a-z.]+$)");

  @Override
  public List<String> apply(Set<String> files) {
    String path = address.path();
    if (files.contains(path)) {
      return List.of(path);
    }
    if (!folders) {
      throw refusal(
          path.isEmpty() ? "a survey is one file of it" : "there is no file '" + path + "'", files);
    }
    if (!path.isEmpty()) {
      return required(splits(files, path), "'" + path + "' is no file, and has none", files);
    }
    List<String> root = splits(files, "");
    List<String> data = splits(files, DATA);
    if (!root.isEmpty() && !data.isEmpty()) {
      throw refusal("it has files of splits in its root, and others in data", files);
    }
    return required(root.isEmpty() ? data : root, "neither its root nor data has one", files);
  }

  /** The files of splits that lie in a folder, each split of one kind. */
  private static List<String> splits(Set<String> files, String folder) {
    String before = folder.isEmpty() ? "" : folder + "/";
    return files.stream()
        .filter(file -> file.startsWith(before))
        .filter(file -> Split.ofFile(file.substring(before.length())).isPresent())
        .filter(file -> file.indexOf('/', before.length()) < 0)
        .sorted()
        .toList();
  }

  private List<String> required(List<String> splits, String otherwise, Set<String> files) {
    if (splits.isEmpty()) {
      throw refusal(
          otherwise
              + " that is called after a split, as train.jsonl and test-00000-of-00001.parquet"
              + " are",
          files);
    }
    Map<Split, Set<String>> kinds = new TreeMap<>();
    for (String file : splits) {
      String name = file.substring(file.lastIndexOf('/') + 1);
      kinds
          .computeIfAbsent(Split.ofFile(name).orElseThrow(), split -> new TreeSet<>())
          .add(PIECE.matcher(name).replaceFirst(""));
    }
    Optional<Set<String>> mixed = kinds.values().stream().filter(k -> k.size() > 1).findFirst();
    if (mixed.isPresent()) {
      throw refusal("one split may be any of " + shown(mixed.get()), splits);
    }
    return splits;
  }

  private HubException refusal(String problem, Collection<String> files) {
    String folder = address.path().isEmpty() ? "" : address.path() + "/";
    Set<String> below =
        files.stream().filter(file -> file.startsWith(folder)).collect(Collectors.toSet());
    Collection<String> there = below.isEmpty() ? files : below;
    Set<String> named =
        Stream.of(there.stream().filter(READABLE.asMatchPredicate()).toList(), there)
            .filter(some -> !some.isEmpty())
            .findFirst()
            .<Set<String>>map(TreeSet::new)
            .orElse(Set.of());
    return new HubException(
        address.repository(),
        problem,
        named.isEmpty()
            ? "Name a repository with data"
            : "Name a file of it, or a folder with files of splits, as "
                + address.below(named.iterator().next())
                + "; there are "
                + shown(named));
  }

  private static String shown(Collection<String> names) {
    return names.stream().limit(SHOWN).collect(Collectors.joining(", "))
        + (names.size() > SHOWN ? " and " + (names.size() - SHOWN) + " more" : "");
  }
}
