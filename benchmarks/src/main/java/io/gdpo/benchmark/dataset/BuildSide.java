package io.gdpo.benchmark.dataset;

import io.gdpo.artifacts.ArtifactStore;
import io.gdpo.artifacts.Artifacts;
import io.gdpo.artifacts.source.Sources;
import io.gdpo.benchmark.dataset.DatasetBenchmark.Report;
import io.gdpo.benchmark.dataset.DatasetBenchmark.SplitCount;
import io.gdpo.contracts.Json;
import io.gdpo.contracts.spec.DatasetSpec;
import io.gdpo.group.build.DatasetBuilder;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * This project's side: a process that builds one dataset as a worker does. Its seconds begin with
 * its Java.
 */
final class BuildSide {
  private BuildSide() {}

  /**
   * @param args the folder of the source, and the artifact store's
   */
  public static void main(String... args) throws IOException {
    ArtifactStore store = Artifacts.at(Path.of(args[1]).toUri());
    DatasetBuilder.Built built =
        new DatasetBuilder(new Sources(store), store)
            .build(
                "large",
                Json.EVENTS.convertValue(Map.of("examples", args[0]), DatasetSpec.class),
                Optional.empty());
    Map<String, SplitCount> splits = new LinkedHashMap<>();
    built
        .card()
        .splits()
        .forEach(
            (split, card) ->
                splits.put(
                    split,
                    new SplitCount(
                        card.examples(),
                        card.questions(),
                        card.prompts(),
                        card.beliefHistogram(),
                        Math.round(card.majorityShare() * card.examples()))));
    long begin = ManagementFactory.getRuntimeMXBean().getStartTime();
    System.out.println(
        Json.EVENTS.writeValueAsString(
            new Report((System.currentTimeMillis() - begin) / 1e3, Map.of(), peak(), splits)));
  }

  private static long peak() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream()
        .filter(line -> line.startsWith("VmHWM:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
        .findFirst()
        .orElseThrow();
  }
}
