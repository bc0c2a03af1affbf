package io.gdpo.local.command;

import io.gdpo.contracts.view.DeadLetterView;
import io.gdpo.local.client.DeadLetterClient;
import io.gdpo.local.terminal.Console;
import io.gdpo.local.terminal.ExitCode;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code gdpo dead-letters}: what the services could not handle, to be read and sent again. */
@Command(
    name = "dead-letters",
    header = "List the records that a service could not handle; show one; send it again.",
    description = {
      "",
      "Without a command: the newest first, each with its place, when it was put aside, by which"
          + " service, what it is and why. Once the cause is mended, 'resend' puts the record on its"
          + " topic again, as it was; what a service has handled before it does not handle again.",
      ""
    },
    synopsisSubcommandLabel = "[COMMAND]",
    commandListHeading = "%nCommands:%n",
    footerHeading = "%nExamples:%n",
    footer = {
      "  gdpo dead-letters",
      "  gdpo dead-letters --topic gdpo.jobs --limit 10",
      "  gdpo dead-letters show gdpo.jobs/0/17",
      "  gdpo dead-letters resend gdpo.jobs/0/17 gdpo.jobs/0/18",
      "  gdpo dead-letters resend --all --topic gdpo.jobs"
    },
    subcommands = {DeadLettersCommand.Show.class, DeadLettersCommand.Resend.class})
public final class DeadLettersCommand implements Callable<Integer> {
  private static final int MOST = 1000;

  @ParentCommand private CommonOptions common;

  @Option(
      names = "--topic",
      paramLabel = "TOPIC",
      description = "Only those that were sent to this topic.")
  private String topic;

  @Option(
      names = "--limit",
      paramLabel = "N",
      defaultValue = "20",
      description = "As many at most (default: ${DEFAULT-VALUE}; up to 1000).")
  private int limit;

  @Option(names = "--json", description = "Print them as the services tell them.")
  private boolean json;

  @Override
  public Integer call() {
    Console console = json ? Console.forScripts() : Console.forPeople();
    List<DeadLetterView> letters = client().latest(topic, limit);
    if (json) {
      console.printJson(letters);
    } else if (letters.isEmpty()) {
      console.print("There are no dead letters.");
    } else {
      letters.forEach(letter -> console.print(line(letter)));
    }
    return ExitCode.OK.code();
  }

  private DeadLetterClient client() {
    return new DeadLetterClient(common.services());
  }

  private static String line(DeadLetterView letter) {
    return String.format(
        Locale.ROOT,
        "%-28s %s  %s  %s%s%n    %s",
        letter.place(),
        letter.time(),
        letter.service(),
        letter.eventType() == null ? "no event" : letter.eventType(),
        letter.resentAt() == null ? "" : "  (sent again " + letter.resentAt() + ")",
        letter.reason());
  }

  /** {@code gdpo dead-letters show}: one with all that is known of it. */
  @Command(
      name = "show",
      header = "Show a dead letter with its payload.",
      footerHeading = "%nExample:%n",
      footer = "  gdpo dead-letters show gdpo.jobs/0/17")
  static final class Show implements Callable<Integer> {
    @ParentCommand private DeadLettersCommand letters;

    @Parameters(paramLabel = "PLACE", description = "TOPIC/PARTITION/OFFSET, as they are listed.")
    private String place;

    @Option(names = "--json", description = "Print it as the service tells it.")
    private boolean json;

    @Override
    public Integer call() {
      Console console = json ? Console.forScripts() : Console.forPeople();
      DeadLetterView letter = letters.client().letter(place);
      if (json) {
        console.printJson(letter);
      } else {
        console.print(line(letter));
        console.print("    event id  " + letter.eventId());
        console.print("    key       " + letter.key());
        console.print("    exception " + letter.exception());
        console.print(
            "    lies at   "
                + letter.topic()
                + "/"
                + letter.fromPartition()
                + "/"
                + letter.fromOffset()
                + ", "
                + letter.payloadBytes()
                + " bytes");
        console.print(letter.payload() == null ? "" : letter.payload());
      }
      return ExitCode.OK.code();
    }
  }

  /** {@code gdpo dead-letters resend}: puts records on their topics again. */
  @Command(
      name = "resend",
      header = "Send records to their topics again, once what was wrong is mended.",
      footerHeading = "%nExamples:%n",
      footer = {
        "  gdpo dead-letters resend gdpo.jobs/0/17 gdpo.jobs/0/18",
        "  gdpo dead-letters resend --all --topic gdpo.jobs"
      })
  static final class Resend implements Callable<Integer> {
    @ParentCommand private DeadLettersCommand letters;
    @Spec private CommandSpec spec;

    @Parameters(
        paramLabel = "PLACE",
        arity = "0..*",
        description = "TOPIC/PARTITION/OFFSET, as they are listed.")
    private List<String> places;

    @Option(
        names = "--all",
        description = "All of the latest 1000 that were not sent again yet, the oldest first.")
    private boolean all;

    @Option(
        names = "--topic",
        paramLabel = "TOPIC",
        description = "With --all: only those that were sent to this topic.")
    private String topic;

    @Override
    public Integer call() {
      if (all == (places != null)) {
        throw new ParameterException(
            spec.commandLine(), "Name the dead letters, or say --all, but not both.");
      }
      Console console = Console.forPeople();
      DeadLetterClient client = letters.client();
      List<String> sent = all ? unsent(client) : places;
      for (String place : sent) {
        DeadLetterView letter = client.resend(place);
        console.print(letter.place() + " is sent again, as " + letter.eventType());
      }
      if (sent.isEmpty()) {
        console.print("There are none that were not sent again.");
      }
      return ExitCode.OK.code();
    }

    /** In the order in which they came. */
    private List<String> unsent(DeadLetterClient client) {
      return client.latest(topic, MOST).stream()
          .filter(letter -> letter.resentAt() == null)
          .sorted(Comparator.comparing(DeadLetterView::time))
          .map(DeadLetterView::place)
          .toList();
    }
  }
}
