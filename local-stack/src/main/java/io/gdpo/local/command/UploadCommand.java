package io.gdpo.local.command;

import io.gdpo.contracts.view.UploadView;
import io.gdpo.local.client.DatasetClient;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import io.gdpo.local.upload.Outgoing;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code gdpo upload}: brings a file to where the services can read it. */
@Command(
    name = "upload",
    header = "Bring a survey or examples of this machine to the system's artifact store.",
    description = {
      "",
      "For a system elsewhere, which cannot read your files: prints the address, and what to write"
          + " into the experiment file in the place of the path. Of a folder its files of splits"
          + " are sent (train*, eval* or validation* or dev*, test*). The same file again has the"
          + " same address. An upload that no dataset names is deleted after 30 days, if an"
          + " operator has not set another time.",
      ""
    },
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo upload survey.csv",
      "  gdpo upload my-pairs/",
      "  gdpo submit mine.yaml --set dataset.survey=$(gdpo upload survey.csv --json | jq -r .uri)"
    })
public final class UploadCommand implements Callable<Integer> {
  @ParentCommand private CommonOptions common;

  @Parameters(
      paramLabel = "FILE|FOLDER",
      description = "A survey, a file of examples, or a folder with files of splits.")
  private Path path;

  @Option(names = "--json", description = "Print what the service answers: uri, bytes, sha256.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    try (Outgoing outgoing = Outgoing.of(path)) {
      UploadView upload = new DatasetClient(common.services()).upload(outgoing, console::say);
      if (json) {
        console.printJson(upload);
      } else {
        console.print(upload.uri());
        console.say("");
        console.say("In the experiment file:");
        console.say("dataset:");
        console.say("  " + (outgoing.maybeSurvey() ? "survey: " : "examples: ") + upload.uri());
        if (outgoing.maybeSurvey()) {
          console.say("(If it holds ready examples, 'examples' instead of 'survey'.)");
        }
      }
    }
    return ExitCode.OK.code();
  }
}
