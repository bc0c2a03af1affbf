package io.gdpo.training.export;

import io.gdpo.artifacts.ArtifactMissingException;
import io.gdpo.artifacts.AtomicFiles;
import io.gdpo.contracts.ArtifactUri;
import io.gdpo.hub.HubRepository;
import io.gdpo.lm.InvalidModelException;
import io.gdpo.lm.export.AdapterChain;
import io.gdpo.lm.export.ModelExport;
import io.gdpo.training.model.ModelSource;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The command {@code export MODEL DIR [--adapter]}: writes a trained model for others, whole or as
 * one adapter for the published model, into a folder that appears whole or not at all.
 *
 * <p>Exit codes: {@value #DONE}; {@value #REFUSED}: the model cannot be exported so, or there is
 * something at DIR; {@value #USAGE}: the arguments are wrong; {@value #BROKEN}: DIR cannot be
 * written.
 */
public final class ExportCommand {
  public static final int DONE = 0;
  public static final int BROKEN = 1;
  public static final int USAGE = 2;
  public static final int REFUSED = 4;

  private static final String ADAPTER = "--adapter";

  private final PrintStream out;

  private ExportCommand(PrintStream out) {
    this.out = out;
  }

  /**
   * Runs the command, to its end.
   *
   * @param out told what was written
   * @param err told what went wrong
   * @param args after the word {@code export}
   * @return the exit code
   */
  public static int run(PrintStream out, PrintStream err, String... args) {
    boolean asAdapter = args.length == 3 && args[2].equals(ADAPTER);
    if (args.length != 2 && !asAdapter) {
      err.println("usage: export MODEL-FOLDER DIR [" + ADAPTER + "]");
      return USAGE;
    }
    Path target = Path.of(args[1]).toAbsolutePath().normalize();
    try {
      URI model = ArtifactUri.of(args[0]);
      if (asAdapter && !"file".equals(model.getScheme())) {
        throw new InvalidModelException(
            "%s is not on this machine: what it was trained from cannot be followed there. Leave %s out, or copy its experiment's jobs to a folder"
                .formatted(model, ADAPTER));
      }
      new ExportCommand(out).export(ModelSource.fetch(model), target, asAdapter);
      return DONE;
    } catch (InvalidModelException | ArtifactMissingException | UncheckedIOException e) {
      err.println(e.getMessage());
      return REFUSED;
    } catch (IOException e) {
      err.println(
          "%s cannot be written: %s; make room or choose another folder, and export again"
              .formatted(target, reason(e)));
      return BROKEN;
    }
  }

  private static String reason(IOException e) {
    String what = e instanceof NoSuchFileException ? "there is no " : "";
    return what + (e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage());
  }

  private void export(Path model, Path target, boolean asAdapter) throws IOException {
    requireFree(target);
    ModelLineage lineage = new ModelLineage();
    try (AdapterChain chain = AdapterChain.open(model, lineage)) {
      Optional<Path> origin = lineage.origin(chain.root());
      Optional<Path> lost = lineage.lostParent(chain.root());
      if (asAdapter && lost.isPresent()) {
        throw new InvalidModelException(
            "%s was trained on a copy of %s, which is gone: the two cannot be joined. Put it back, or leave %s out"
                .formatted(model, lost.get(), ADAPTER));
      }
      ModelExport export = new ModelExport(chain);
      AtomicFiles.replace(
          target,
          temporary -> {
            Files.createDirectory(temporary);
            if (asAdapter) {
              writeAdapter(export, chain, temporary);
            } else {
              export.writeWhole(temporary, origin);
            }
          });
      tell(chain, target, asAdapter, origin);
    }
  }

  private static void requireFree(Path target) throws IOException {
    if (!Files.exists(target)) {
      return;
    }
    if (!Files.isDirectory(target)) {
      throw new InvalidModelException(target + " is a file; name a folder that does not exist");
    }
    try (Stream<Path> entries = Files.list(target)) {
      if (entries.findAny().isPresent()) {
        throw new InvalidModelException(
            target + " is not empty; name a folder that is, or that does not exist");
      }
    }
  }

  private static void writeAdapter(ModelExport export, AdapterChain chain, Path folder)
      throws IOException {
    Optional<HubRepository> hub = HubRepository.ofSnapshot(chain.root());
    export.writeAdapter(
        folder,
        hub.map(HubRepository::id).orElse(chain.root().toString()),
        hub.map(HubRepository::revision));
  }

  private void tell(AdapterChain chain, Path target, boolean asAdapter, Optional<Path> origin) {
    String root =
        HubRepository.ofSnapshot(chain.root())
            .map(HubRepository::toString)
            .orElse(chain.root().toString());
    int adapters = chain.adapterFolders().size();
    out.printf(
        "%s: %s%n",
        target,
        asAdapter
            ? "one adapter for " + root + ", of " + adapters + " trained on it"
            : "a whole model, "
                + root
                + (adapters == 0 ? "" : " with " + adapters + " adapters added"));
    if (asAdapter && origin.isPresent()) {
      out.println(
          "That base was trained here, all its weights, from "
              + origin.get()
              + ": the adapter applies to it and not to what it was trained from. Export the whole"
              + " model to have one that needs nothing else.");
    }
  }
}
