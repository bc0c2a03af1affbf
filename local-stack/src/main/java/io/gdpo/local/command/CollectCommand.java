package io.gdpo.local.command;

import io.gdpo.contracts.view.UnnamedFolder;
import io.gdpo.local.client.StorageClient;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo collect}: deletes what lies in the artifact store for nobody. */
@Command(
    name = "collect",
    header = "Delete what lies in the artifact store and is named by no row.",
    description = {
      "",
      "Left by what was killed half way, or by a database that was brought back from a back-up."
          + " What is deleted by 'gdpo delete' or by retention needs no such look. Look with"
          + " --dry-run first.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {"  gdpo collect --dry-run", "  gdpo collect"})
public final class CollectCommand implements Callable<Integer> {
  private static final double MEGABYTE = 1e6;

  @ParentCommand private CommonOptions common;

  @Option(names = "--dry-run", description = "Only say what would go.")
  private boolean dryRun;

  @Option(
      names = "--force",
      description = "Also where not a single folder is named by a row, as with an empty database.")
  private boolean force;

  @Option(names = "--json", description = "Print it as the services tell it.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    StorageClient storage = new StorageClient(common.services());
    List<UnnamedFolder> folders = dryRun ? storage.unnamed() : storage.collect(force);
    if (json) {
      console.printJson(folders);
      return ExitCode.OK.code();
    }
    folders.forEach(folder -> console.print(line(folder.bytes(), folder.uri())));
    long bytes = folders.stream().mapToLong(UnnamedFolder::bytes).sum();
    console.print(
        folders.isEmpty()
            ? "Every folder in the store is named by a row."
            : line(bytes, dryRun ? "would be deleted" : "are being deleted"));
    return ExitCode.OK.code();
  }

  private static String line(long bytes, String what) {
    return String.format(Locale.ROOT, "%12.1f MB  %s", bytes / MEGABYTE, what);
  }
}
